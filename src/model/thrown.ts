import { types } from 'node:util'

const NO_TEXT = 'a value that cannot be converted to text'

/** A thrown value as plain text, which can cross a thread. */
export interface Thrown {
  /** "TypeError: x is not a function". */
  readonly text: string
  /** The value's stack; empty if it has none. */
  readonly stack: string
}

/** Returns whether a value is an error, also one of another realm, such as Jest's test files. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

/**
 * Describes a thrown value. Never throws, because user code can throw anything: a symbol, an object without a
 * prototype, or one whose `message` is a getter that throws.
 */
export function describeThrown(thrown: unknown): Thrown {
  try {
    if (!isError(thrown)) return { text: String(thrown), stack: '' }
    const { name, message, stack } = thrown as { readonly [key in 'name' | 'message' | 'stack']: unknown }
    return { text: `${String(name)}: ${String(message)}`, stack: typeof stack === 'string' ? stack : '' }
  } catch {
    return { text: NO_TEXT, stack: '' }
  }
}

/** Returns the message of a thrown error, or the thrown value as text. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    return String(isError(thrown) ? thrown.message : thrown)
  } catch {
    return NO_TEXT
  }
}
