import type { GeneratedBody } from '../../model/body.ts'

/** Smaller than what a stream takes before it says that it is full, so that several chunks can wait in it at once. */
export const CHUNK_BYTES: number = 16 * 1024

export interface CountedBody extends GeneratedBody {
  /** Bytes that have been asked for. */
  readonly made: number
}

/**
 * A body whose chunks all stand in the same bytes: who asks for the next one before the one before has gone, or was copied,
 * sends what it did not mean. Its n-th chunk is full of n.
 */
export function countedBody(length: number): CountedBody {
  const bytes = Buffer.alloc(CHUNK_BYTES)
  let made = 0
  return {
    length,
    get made() {
      return made
    },
    *chunks() {
      for (let at = 0; at < length; at += CHUNK_BYTES) {
        bytes.fill(byteAt(at))
        const chunk = bytes.subarray(0, Math.min(CHUNK_BYTES, length - at))
        made += chunk.length
        yield chunk
      }
    },
  }
}

/** The byte of such a body at an offset. */
export function byteAt(offset: number): number {
  return Math.floor(offset / CHUNK_BYTES) % 251
}
