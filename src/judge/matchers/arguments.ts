import { formatValue } from '../../model/errors.ts'
import type { Ratio } from '../../model/units.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import type { LatencyOf } from '../verdict/percentile-share.ts'

/** Options of every matcher with a statistical verdict. */
export interface ConfidenceOptions {
  /** Required confidence of the verdict, above 0.5 and below 1. Default: the plan's `confidence`. */
  readonly confidence?: Ratio
}

/** Options of every latency matcher. */
export interface LatencyOptions extends ConfidenceOptions {
  /**
   * Time to judge. `response` (default): from the intended start, which is how long a user waits. `service`: from the
   * actual send.
   */
  readonly of?: LatencyOf
}

/** Rule for a numeric argument, with an example for the error message. */
interface NumberRule {
  readonly holds: (value: number) => boolean
  readonly rule: string
  readonly example: string
}

/** Returns the numeric argument of a matcher; throws `ERR_LOAD_MATCHER_ARGUMENT` if it violates the rule. */
export function numberArgument(value: unknown, matcher: string, { holds, rule, example }: NumberRule): number {
  if (typeof value === 'number' && holds(value)) return value
  throw new LoadMatcherError(
    'ERR_LOAD_MATCHER_ARGUMENT',
    `${matcher}() takes ${rule}, got ${formatValue(value)}\n    → write ${matcher}(${example})`,
  )
}

/** Returns a latency limit in ms; throws like `numberArgument`. */
export function limitArgument(value: unknown, matcher: string, example: string = '250'): number {
  return numberArgument(value, matcher, {
    holds: (ms) => ms > 0 && ms < Infinity,
    rule: 'a number of milliseconds greater than 0',
    example,
  })
}

/** Returns a limit of a metric, in its unit; throws like `numberArgument`. */
export function quantityArgument(value: unknown, matcher: string, example: string = '30'): number {
  return numberArgument(value, matcher, {
    holds: (limit) => limit > 0 && limit < Infinity,
    rule: 'a number greater than 0, in the unit of the metric',
    example,
  })
}

/** Returns the options of a matcher; throws `ERR_LOAD_MATCHER_ARGUMENT` for an unknown name or an invalid value. */
export function optionsArgument<Options extends object>(
  value: Options | undefined,
  matcher: string,
  rules: Readonly<Record<keyof Options & string, OptionRule>>,
): Options {
  const given: unknown = value === undefined ? {} : value
  const names: readonly string[] = Object.keys(rules)
  const remedy = names.length === 0 ? 'it takes no options here' : `available options: ${names.join(', ')}`
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_ARGUMENT',
      `${matcher}() takes an options object, got ${formatValue(value)}\n    → ${remedy}`,
    )
  }
  for (const [name, option] of Object.entries(given)) {
    const known: OptionRule | undefined = names.includes(name) ? rules[name as keyof Options & string] : undefined
    if (known === undefined) {
      throw new LoadMatcherError(
        'ERR_LOAD_MATCHER_ARGUMENT',
        `${matcher}() has no option ${formatValue(name)}\n    → ${remedy}`,
      )
    }
    if (option !== undefined && !known.holds(option)) {
      throw new LoadMatcherError(
        'ERR_LOAD_MATCHER_ARGUMENT',
        `${matcher}() option ${name} must be ${known.rule}, got ${formatValue(option)}\n` +
          `    → write { ${name}: ${known.example} }, or leave it out`,
      )
    }
  }
  return value ?? ({} as Options)
}

/** Rule for the value of an option. */
export interface OptionRule {
  readonly holds: (value: unknown) => boolean
  readonly rule: string
  /** Valid value, as source text. */
  readonly example: string
}

const CONFIDENCE: OptionRule = {
  holds: (value) => typeof value === 'number' && value > 0.5 && value < 1,
  rule: 'a ratio greater than 0.5 and less than 1',
  example: '0.95',
}

export const CONFIDENCE_RULES: Readonly<Record<keyof ConfidenceOptions, OptionRule>> = { confidence: CONFIDENCE }

export const LATENCY_RULES: Readonly<Record<keyof LatencyOptions, OptionRule>> = {
  of: {
    holds: (value) => value === 'response' || value === 'service',
    rule: "'response' or 'service'",
    example: "'service'",
  },
  confidence: CONFIDENCE,
}
