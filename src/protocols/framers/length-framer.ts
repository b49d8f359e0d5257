import type { ContentSink, Framer } from './framer.ts'

/** How a frame says its length before its content. */
export interface LengthPrefix {
  /** Bytes of the prefix. */
  readonly length: 1 | 2 | 4
  /** Which byte of the prefix comes first: the most significant (`big`, the default, network order) or the least. */
  readonly endian?: 'big' | 'little'
  /** The length counts the prefix too; default false. */
  readonly includesPrefix?: boolean
}

/**
 * A length beyond this is no length but text or garbage: four printable characters read as one are more, whatever their
 * order. Waiting for so many bytes would hide that until the time-out.
 */
const LIMIT_BYTES = 512 * 1024 * 1024

/** Frames that begin with the length of their content. */
export class LengthFramer implements Framer {
  readonly #size: number
  readonly #little: boolean
  readonly #included: number
  /** Bytes of the prefix that have come, and what they say so far. */
  #prefixed = 0
  #value = 0
  /** Bytes of the content still to come. */
  #left = 0

  frameBytes = 0
  done = false
  fault: string | undefined

  constructor({ length, endian = 'big', includesPrefix = false }: LengthPrefix) {
    this.#size = length
    this.#little = endian === 'little'
    this.#included = includesPrefix ? length : 0
  }

  push(bytes: Buffer, start: number, onContent?: ContentSink): number {
    if (this.fault !== undefined) return start
    if (this.done) this.#begin()
    let at = start
    while (this.#prefixed < this.#size && at < bytes.length) this.#prefix(bytes[at++] ?? 0)
    if (this.fault === undefined && this.#prefixed === this.#size) {
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
    // Only its length ends a frame.
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
    if (this.#left < 0) this.fault = `a frame says that it is ${this.#value} bytes long, which is less than its prefix`
    else if (this.#left > LIMIT_BYTES) this.fault = `a frame of ${this.#left} bytes is announced, which cannot be meant`
  }
}

/** The prefix of a frame whose content is `contentBytes` long. */
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

/** The longest content of a frame. */
export function longestPrefixed({ length, includesPrefix = false }: LengthPrefix): number {
  return Math.min(LIMIT_BYTES, 256 ** length - 1 - (includesPrefix ? length : 0))
}
