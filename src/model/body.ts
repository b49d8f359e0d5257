/** Whether a message is text (UTF-8) or bytes; each protocol marks this on the wire in its own way. */
export type MessageFormat = 'text' | 'binary'

/** What a plan may choose: one format, or each with equal probability for every message. */
export type ChosenFormat = MessageFormat | 'mixed'

/**
 * A body that is generated while it is sent, so that even a large one is never held in memory. `chunks()` yields the
 * same bytes on every call; a chunk is valid until the next one is requested.
 */
export interface GeneratedBody {
  /** Length in bytes. */
  readonly length: number
  chunks(): Iterable<Uint8Array>
}

/** What is sent: a string as UTF-8, bytes, or a body that is generated while it is sent. */
export type Body = string | Uint8Array | GeneratedBody

/** Whether a body is generated; false for any other value. */
export function isGenerated(body: unknown): body is GeneratedBody {
  return typeof body === 'object' && body !== null && 'chunks' in body && typeof body.chunks === 'function'
}

/** Length on the wire, in bytes. */
export function lengthOf(body: Body): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}
