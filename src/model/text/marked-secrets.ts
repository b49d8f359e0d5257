import type { Feed } from '../feed.ts'
import { looksRandom } from './secret-fields.ts'
import { secretsOf } from './secrets-of.ts'

const MAX_DEPTH = 20

/** Returns the values of the secret fields of a feed. */
export function secretsOfFeed(records: readonly object[], secret: NonNullable<Feed['secret']>): ReadonlySet<string> {
  const found = new Set<string>()
  if (secret === false) return found
  for (const record of records) {
    for (const [field, value] of Object.entries(record)) {
      if (secret === true || secret.includes(field)) addTexts(value, found, 0)
    }
  }
  return found
}

/**
 * Returns the values in the result of a setup that are secret: a result that is a string, every value in an object with
 * `secret: true`, and, because setups log in, every value that looks like a token or has the name of a secret.
 */
export function secretsOfSetup(result: unknown): ReadonlySet<string> {
  const found = new Set(secretsOf(result))
  if (typeof result === 'string') found.add(result)
  addMarked(result, found, 0)
  return found
}

function addMarked(value: unknown, found: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    if (isToken(value)) found.add(value)
  } else if (isObject(value) && depth <= MAX_DEPTH) {
    if ('secret' in value && value.secret === true) addTexts(value, found, depth)
    else for (const each of Object.values(value)) addMarked(each, found, depth + 1)
  }
}

/** Adds every string and number in a value. */
function addTexts(value: unknown, found: Set<string>, depth: number): void {
  if (typeof value === 'string') found.add(value)
  else if (typeof value === 'number') found.add(String(value))
  else if (isObject(value) && depth <= MAX_DEPTH) {
    for (const each of Object.values(value)) addTexts(each, found, depth + 1)
  }
}

/** Paths and URLs are no tokens, although they may be long. */
function isToken(text: string): boolean {
  return looksRandom(text, 10) && !text.startsWith('/') && !text.includes('://')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
}
