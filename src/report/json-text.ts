/** Longest line of an object or a list without further ones. */
const COLUMNS = 400

/** Decimal places of a number, or significant digits of one below 1: 1 ns for a time in ms. */
const PLACES = 6

/**
 * Returns a value as JSON that people can read and compare, in little space: indented by one space, with lists and
 * objects that contain only numbers and short texts on one line. Numbers have at most six decimal places, or six
 * significant digits if they are below 1.
 */
export function jsonText(value: unknown): string {
  return textOf(JSON.parse(JSON.stringify(value, rounded)) as Json, '\n')
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

function rounded(key: string, value: unknown): unknown {
  // The unit of a metric's histogram multiplies every value in it.
  if (typeof value !== 'number' || Number.isInteger(value) || key === 'resolution') return value
  return Number(Math.abs(value) < 1 ? value.toPrecision(PLACES) : value.toFixed(PLACES))
}

function textOf(value: Json, lineStart: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const inner = `${lineStart} `
  const parts = Array.isArray(value)
    ? value.map((item: Json) => textOf(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${textOf(item, inner)}`)
  const line = `${open}${parts.join(', ')}${close}`
  const isFlat = Object.values(value).every((item) => typeof item !== 'object' || item === null)
  return isFlat && line.length <= COLUMNS ? line : `${open}${inner}${parts.join(`,${inner}`)}${lineStart}${close}`
}
