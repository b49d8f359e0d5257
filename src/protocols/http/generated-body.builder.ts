import type { GeneratedBody } from '../../model/body.ts'

/** Smaller than the high-water mark of a stream, so that a stream can queue several chunks. */
export const CHUNK_BYTES: number = 16 * 1024

export interface CountedBody extends GeneratedBody {
  /** Number of bytes generated so far. */
  readonly made: number
}

/**
 * A body whose chunks share one buffer. A sender that requests the next chunk before it has sent or copied the previous
 * one sends wrong bytes. The n-th chunk is filled with n.
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

/** Returns the byte of a counted body at an offset. */
export function byteAt(offset: number): number {
  return Math.floor(offset / CHUNK_BYTES) % 251
}
