/** A duration or a point in time in milliseconds; may be fractional. */
export type Ms = number
/** A rate in requests per second; may be fractional. */
export type Rps = number
/**
 * A share from 0 to 1.
 *
 * @minimum 0
 * @maximum 1
 */
export type Ratio = number
/**
 * A whole number of things, 0 or more.
 *
 * @asType integer
 * @minimum 0
 */
export type Count = number

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/
const MS_PER_UNIT: Readonly<Record<string, Ms>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** What `parseDuration` accepts, worded for error messages. */
export const DURATION_RULE = "milliseconds as a number, or a string such as '500ms', '30s', '5m', '1.5h'"

/**
 * Returns the milliseconds of a duration: a number is milliseconds, a string is a number with one of the units `ms`,
 * `s`, `m`, `h`. Returns undefined for anything else, so that the caller can name the invalid key.
 */
export function parseDuration(value: unknown): Ms | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  const [, amount, unit] = DURATION.exec(value.trim()) ?? []
  return amount === undefined || unit === undefined ? undefined : Number(amount) * (MS_PER_UNIT[unit] ?? Number.NaN)
}
