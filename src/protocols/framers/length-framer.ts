import type { ContentSink, Framer } from './framer.ts'

/** Length prefix before the content of a frame. */
export interface LengthPrefix {
  /** Size of the prefix in bytes. */
  readonly length: 1 | 2 | 4
  /** Byte order of the prefix: `big` (network order, the default) or `little`. */
  readonly endian?: 'big' | 'little'
  /** Whether the length includes the prefix itself. Default false. */
  readonly includesPrefix?: boolean
}

/**
 * Maximum length of a frame. Four printable characters, read as a length in either byte order, exceed it. So text or
 * garbage is a violation immediately; without the limit, the framer would wait for that many bytes until the time-out.
 */
const LIMIT_BYTES = 512 * 1024 * 1024

/** Frames that begin with the length of their content. */
export class LengthFramer implements Framer {
  readonly #size: number
  readonly #little: boolean
  readonly #included: number
  /** Number of prefix bytes read, and the length that they encode so far. */
  #prefixed = 0
  #value = 0
  /** Content bytes that have not arrived yet. */
  #left = 0

  frameBytes = 0
  done = false
  violation: string | undefined

  constructor({ length, endian = 'big', includesPrefix = false }: LengthPrefix) {
    this.#size = length
    this.#little = endian === 'little'
    this.#included = includesPrefix ? length : 0
  }

  push(bytes: Buffer, start: number, onContent?: ContentSink): number {
    if (this.violation !== undefined) return start
    if (this.done) this.#begin()
    let at = start
    while (this.#prefixed < this.#size && at < bytes.length) this.#prefix(bytes[at++] ?? 0)
    if (this.violation === undefined && this.#prefixed === this.#size) {
      const end = Math.min(bytes.length, at + this.#left)
      if (end > at) onContent?.(bytes, at, end)
      this.#left -= end - at
      at = end
      this.done = this.#left === 0
    }
    this.frameBytes += at - start
    return at
  }

  end(): void {
    // Only the length ends a frame.
  }

  #begin(): void {
    this.#prefixed = this.#value = this.frameBytes = 0
    this.done = false
  }

  #prefix(byte: number): void {
    this.#value = this.#little ? this.#value + byte * 256 ** this.#prefixed : this.#value * 256 + byte
    this.#prefixed++
    if (this.#prefixed < this.#size) return
    this.#left = this.#value - this.#included
    if (this.#left < 0) this.violation = `a frame declares a length of ${this.#value} bytes, less than its own prefix`
    else if (this.#left > LIMIT_BYTES) {
      this.violation = `a frame declares a length of ${this.#left} bytes, more than the maximum of ${LIMIT_BYTES}`
    }
  }
}

/** Encodes the prefix of a frame with `contentBytes` bytes of content. */
export function lengthPrefix(
  { length, endian = 'big', includesPrefix = false }: LengthPrefix,
  contentBytes: number,
): Buffer {
  const prefix = Buffer.allocUnsafe(length)
  const value = contentBytes + (includesPrefix ? length : 0)
  if (endian === 'big') prefix.writeUIntBE(value, 0, length)
  else prefix.writeUIntLE(value, 0, length)
  return prefix
}

/** Maximum content length of a frame, in bytes. */
export function maxPrefixedBytes({ length, includesPrefix = false }: LengthPrefix): number {
  return Math.min(LIMIT_BYTES, 256 ** length - 1 - (includesPrefix ? length : 0))
}
