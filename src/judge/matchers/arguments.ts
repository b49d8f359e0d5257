import { wordValue } from '../../model/errors.ts'
import type { Ratio } from '../../model/units.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import type { LatencyOf } from '../verdict/percentile-share.ts'

/** What every matcher that gives a statistical verdict takes. */
export interface ConfidenceOptions {
  /** How sure the verdict must be, above 0.5 and below 1; the plan's `confidence` when absent. */
  readonly confidence?: Ratio
}

/** What every latency matcher takes. */
export interface LatencyOptions extends ConfidenceOptions {
  /** `response` (default) is timed from the intended start, as users wait; `service` from the actual send. */
  readonly of?: LatencyOf
}

/** A number that must hold a rule. */
interface NumberRule {
  readonly holds: (value: number) => boolean
  readonly rule: string
  readonly example: string
}

/** The number given to a matcher; throws `ERR_LOAD_MATCHER_ARGUMENT` for anything that does not hold its rule. */
export function numberArgument(value: unknown, matcher: string, { holds, rule, example }: NumberRule): number {
  if (typeof value === 'number' && holds(value)) return value
  throw new LoadMatcherError(
    'ERR_LOAD_MATCHER_ARGUMENT',
    `${matcher}() takes ${rule}, got ${wordValue(value)}\n    → write ${matcher}(${example})`,
  )
}

/** A latency limit in ms. */
export function limitArgument(value: unknown, matcher: string, example: string = '250'): number {
  return numberArgument(value, matcher, {
    holds: (ms) => ms > 0 && ms < Infinity,
    rule: 'milliseconds above 0',
    example,
  })
}

/** The options of a matcher, whose values hold their rules and whose names are known. */
export function optionsArgument<Options extends object>(
  value: Options | undefined,
  matcher: string,
  rules: Readonly<Record<keyof Options & string, OptionRule>>,
): Options {
  const given: unknown = value ?? {}
  const names: readonly string[] = Object.keys(rules)
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_ARGUMENT',
      `${matcher}() takes its options as an object, got ${wordValue(value)}\n    → known are ${names.join(', ')}`,
    )
  }
  for (const [name, option] of Object.entries(given)) {
    const known: OptionRule | undefined = names.includes(name) ? rules[name as keyof Options & string] : undefined
    if (known === undefined) {
      throw new LoadMatcherError(
        'ERR_LOAD_MATCHER_ARGUMENT',
        `${matcher}() has no option ${wordValue(name)}\n    → known are ${names.join(', ')}`,
      )
    }
    if (option !== undefined && !known.holds(option)) {
      throw new LoadMatcherError(
        'ERR_LOAD_MATCHER_ARGUMENT',
        `${matcher}() option ${name} must be ${known.rule}, got ${wordValue(option)}`,
      )
    }
  }
  return value ?? ({} as Options)
}

/** What the value of an option must hold. */
export interface OptionRule {
  readonly holds: (value: unknown) => boolean
  readonly rule: string
}

const CONFIDENCE: OptionRule = {
  holds: (value) => typeof value === 'number' && value > 0.5 && value < 1,
  rule: 'a ratio above 0.5 and below 1, such as 0.95',
}

export const CONFIDENCE_RULES: Readonly<Record<keyof ConfidenceOptions, OptionRule>> = { confidence: CONFIDENCE }

export const LATENCY_RULES: Readonly<Record<keyof LatencyOptions, OptionRule>> = {
  of: { holds: (value) => value === 'response' || value === 'service', rule: "'response' or 'service'" },
  confidence: CONFIDENCE,
}
