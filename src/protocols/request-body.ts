import { isGenerated } from '../model/body.ts'
import type { Body } from '../model/body.ts'
import { isRecord, withRemedy } from '../model/readers.ts'
import type { Reader } from '../model/readers.ts'

/** Reads a request body: a string, bytes, or a body generated while it is sent, which a request function may return. */
export const writtenBody: Reader<Body> = (value, key, issues) => {
  if (isWrittenBody(value)) return value
  const meant =
    typeof value === 'object' ? `write ${key.slice(key.lastIndexOf('.') + 1)}: JSON.stringify(…)` : undefined
  issues.push({ key, value, rule: 'must be a string or a Uint8Array', ...withRemedy(meant) })
  return undefined
}

/** Whether a value can be sent unchanged: a string, bytes, or a generated body with a valid length. */
export function isWrittenBody(value: unknown): value is Body {
  return typeof value === 'string' || value instanceof Uint8Array || isGeneratedBody(value)
}

function isGeneratedBody(value: unknown): value is Body {
  if (!isRecord(value) || typeof value['chunks'] !== 'function') return false
  const { length } = value
  return typeof length === 'number' && Number.isSafeInteger(length) && length >= 0
}

/** Whether a function generates the body: a function cannot be sent to a generator thread. */
export function isMadeByFunction(body: unknown): boolean {
  return isGenerated(body)
}
