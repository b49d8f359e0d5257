/**
 * Readers. Each takes one value of a plan as its author wrote it and returns it typed, or adds an issue and returns
 * undefined. They do not stop at the first issue, so that an author sees all of them at once.
 */
import { NOT_SHOWN, type PlanIssue } from './errors.ts'
import type { ExplainKey, ForeignKey } from './foreign-keys.ts'
import { nearestName } from './nearest-name.ts'
import { DURATION_RULE, parseDuration } from './units.ts'
import type { Ms, Ratio } from './units.ts'

/** `key` is the dotted path of the value in the plan: `sla.p99Ms`. */
export type Reader<T> = (value: unknown, key: string, issues: PlanIssue[]) => T | undefined

type Readers = Readonly<Record<string, Reader<unknown>>>

/** What a table of readers returns for an object; undefined where a key is absent or has an issue. */
export type ReadOf<R extends Readers> = {
  readonly [K in keyof R]: R[K] extends Reader<infer T> ? T | undefined : never
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface KeysContext {
  /** Precedes each key: `sla.`. */
  readonly prefix: string
  /** Describes a key in the message: "a plan key". */
  readonly noun: string
  /** Explains keys that other tools have, or that belong in another place. */
  readonly explain?: ExplainKey
  /**
   * Collects the keys that the author meant to set with unknown ones, so that these do not count as missing as well.
   */
  readonly meant?: Set<string>
}

/** Reads every key of the table from an object; unknown keys are issues. */
export function readKeys<R extends Readers>(
  readers: R,
  source: Readonly<Record<string, unknown>>,
  context: KeysContext,
  issues: PlanIssue[],
): ReadOf<R> {
  const known = Object.keys(readers)
  const { prefix, noun } = context
  let listed = false
  for (const [key, value] of Object.entries(source)) {
    if (known.includes(key) || value === undefined) continue
    const { remedy, sets = [] } = meaningOf(key, value, known, context) ?? {}
    for (const name of sets) context.meant?.add(name)
    const list: string | undefined =
      remedy === undefined && !listed ? `expected one of: ${known.join(', ')}` : undefined
    // One list is enough, however many keys are unknown.
    listed ||= list !== undefined
    const shown = holdsMore(value) ? NOT_SHOWN : value
    issues.push({ key: prefix + key, value: shown, rule: `is not ${noun}`, ...withRemedy(remedy ?? list) })
  }
  const entries = Object.entries(readers).map(([key, read]) => {
    const value = source[key]
    return [key, value === undefined ? undefined : read(value, prefix + key, issues)]
  })
  return Object.fromEntries(entries) as ReadOf<R>
}

/** Returns the remedy for an unknown key, and the keys that it sets. */
function meaningOf(
  key: string,
  value: unknown,
  known: readonly string[],
  { prefix, explain }: Pick<KeysContext, 'prefix' | 'explain'>,
): ForeignKey | undefined {
  const explained = explain?.(key, value)
  if (explained !== undefined) return explained
  const meant = nearestName(key, known)
  return meant === undefined ? undefined : { remedy: `did you mean \`${prefix}${meant}\`?`, sets: [prefix + meant] }
}

/** The value of a misspelt `headers` still contains tokens. */
function holdsMore(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

/** Reads an object with the keys of a table, all optional; `example` is shown in the remedy. */
export function objectOf<R extends Readers>(readers: R, example: string): Reader<ReadOf<R>> {
  return (value, key, issues) => {
    if (isRecord(value)) return readKeys(readers, value, { prefix: `${key}.`, noun: `a key of \`${key}\`` }, issues)
    issues.push({ key, value, rule: 'must be an object', remedy: `write ${key}: ${example}` })
    return undefined
  }
}

/** Reads a finite number that satisfies `holds`; `rule` describes the same condition in words. */
export function numberWhere(
  rule: string,
  holds: (value: number) => boolean,
  remedyFor?: (value: number) => string | undefined,
): Reader<number> {
  return (value, key, issues) => {
    if (typeof value !== 'number') {
      const meant = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
      issues.push({ key, value, rule: 'must be a number', ...withRemedy(writeNumber(key, meant)) })
    } else if (!Number.isFinite(value)) {
      issues.push({ key, value, rule: 'must be a finite number' })
    } else if (holds(value)) {
      return value
    } else {
      issues.push({ key, value, rule, ...withRemedy(remedyFor?.(value)) })
    }
    return undefined
  }
}

export const positive: Reader<number> = numberWhere('must be greater than 0', (value) => value > 0)
export const notNegative: Reader<number> = numberWhere('must not be below 0', (value) => value >= 0)

export function wholeFrom(min: number, max: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  const rule = `must be a whole number of at least ${min}${max < Number.MAX_SAFE_INTEGER ? ` and at most ${max}` : ''}`
  return numberWhere(rule, (value) => Number.isSafeInteger(value) && value >= min && value <= max)
}

/** Reads a ratio between two bounds. The remedy assumes that 95 means 95%. */
export function ratioWhere(rule: string, holds: (value: Ratio) => boolean): Reader<Ratio> {
  return numberWhere(rule, holds, (value) =>
    value > 1 && value <= 100 ? `ratios are between 0 and 1: ${value}% is ${value / 100}` : undefined,
  )
}

/** Reads milliseconds, or a string with a unit. */
function durationWhere(rule: string, holds: (value: Ms) => boolean): Reader<Ms> {
  return (value, key, issues) => {
    const ms = parseDuration(value)
    if (ms !== undefined && holds(ms)) return ms
    if (ms === undefined)
      issues.push({ key, value, rule: `must be ${DURATION_RULE}`, ...withRemedy(durationRemedy(key, value)) })
    else issues.push({ key, value, rule })
    return undefined
  }
}

export const positiveDuration: Reader<Ms> = durationWhere('must be longer than 0', (ms) => ms > 0)
/**
 * At most 30 minutes, because waiting for a connection and for a response, each this long, must fit the histograms,
 * which end at an hour.
 */
export const timeoutDuration: Reader<Ms> = durationWhere(
  'must be longer than 0 and at most 30 minutes',
  (ms) => ms > 0 && ms <= 30 * 60_000,
)
export const anyDuration: Reader<Ms> = durationWhere('must not be below 0', (ms) => ms >= 0)

/** Reads one of several names. */
export function oneOf<const Name extends string>(names: readonly Name[], remedyElse?: string): Reader<Name> {
  return (value, key, issues) => {
    const found = names.find((name) => name === value)
    if (found !== undefined) return found
    const meant = typeof value === 'string' ? nearestName(value, names) : undefined
    const rule = `must be ${names.map((name) => `'${name}'`).join(names.length === 2 ? ' or ' : ', ')}`
    issues.push({ key, value, rule, ...withRemedy(meant === undefined ? remedyElse : `did you mean '${meant}'?`) })
    return undefined
  }
}

/** Accepts any value, because its check depends on other keys. */
export const anyValue: Reader<unknown> = (value) => value

export const text: Reader<string> = (value, key, issues) => {
  if (typeof value === 'string' && value !== '') return value
  issues.push({ key, value, rule: 'must be a non-empty string' })
  return undefined
}

export const flag: Reader<boolean> = (value, key, issues) => {
  if (typeof value === 'boolean') return value
  issues.push({ key, value, rule: 'must be true or false' })
  return undefined
}

/** Returns an absent key instead of an undefined one, as `exactOptionalPropertyTypes` requires. */
export function withRemedy(remedy: string | undefined): { readonly remedy?: string } {
  return remedy === undefined ? {} : { remedy }
}

/** Returns only the keys that have a value, for the same reason. */
export function present<T extends object>(read: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** Reads strings by name, as for an environment. */
export const readTexts: Reader<Readonly<Record<string, string>>> = (value, key, issues) =>
  readEach(value, key, issues, (held, heldKey) => {
    if (typeof held === 'string') return true
    const meant = typeof held === 'number' || typeof held === 'boolean' ? `write '${held}'` : undefined
    issues.push({ key: heldKey, value: held, rule: 'must be a string', ...withRemedy(meant) })
    return false
  })

/** Reads an object whose values `accepts` checks one by one; an undefined value counts as absent. */
export function readEach(
  value: unknown,
  key: string,
  issues: PlanIssue[],
  accepts: (held: unknown, heldKey: string, name: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) {
    issues.push({ key, value, rule: 'must be an object with string values' })
    return undefined
  }
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  const good = entries.filter(([name, held]) => accepts(held, `${key}.${name}`, name))
  return good.length === entries.length ? (Object.fromEntries(good) as Record<string, string>) : undefined
}

function writeNumber(key: string, meant: number): string | undefined {
  return Number.isFinite(meant) ? `write ${lastName(key)}: ${meant}` : undefined
}

const SPELLED_OUT = /^\s*(\d+(?:\.\d+)?)\s*(ms|msec|milli\w*|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\s*$/i
const BARE_NUMBER = /^\s*\d+(?:\.\d+)?\s*$/

function durationRemedy(key: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const name = lastName(key)
  if (BARE_NUMBER.test(value))
    return `write ${name}: '${value.trim()}s' for seconds, or ${name}: ${Number(value)} for ms`
  const [, amount, unit] = SPELLED_OUT.exec(value) ?? []
  if (amount === undefined || unit === undefined) return undefined
  return `write ${name}: '${amount}${/^(ms|mil)/i.test(unit) ? 'ms' : unit.charAt(0).toLowerCase()}'`
}

function lastName(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}
