import type { Reader } from '../model/readers.ts'

/** Seeds have 32 bits, so that a printed seed is short enough to type. */
const HEXADECIMAL = /^[0-9a-f]{1,8}$/i

/** Reads a seed as results print it and `LOAD_SEED` accepts it: hexadecimal digits without leading zeros. */
export const readSeed: Reader<string> = (value, key, issues) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value.toString(16)
  if (typeof value === 'string' && HEXADECIMAL.test(value)) return Number.parseInt(value, 16).toString(16)
  issues.push({ key, value, rule: `must be a whole number from 0 to ${2 ** 32 - 1}, or up to 8 hexadecimal digits` })
  return undefined
}

/** Draws a random seed. */
export function drawSeed(): string {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1))
  return drawn.toString(16)
}
