/** Longest line of an object or a list without further ones. */
const COLUMNS = 400

/** Decimal places of a number: 1 ns for a time in ms. */
const PLACES = 1e6

/**
 * Returns a value as JSON that people can read and compare, in little space: indented by one space, with lists and
 * objects that contain only numbers and short texts on one line. Numbers have at most six decimal places.
 */
export function jsonText(value: unknown): string {
  return textOf(JSON.parse(JSON.stringify(value, rounded)) as Json, '\n')
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * PLACES) / PLACES : value
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
