/** Whether a message is text (UTF-8) or bytes; protocols have their own way to say so on the wire. */
export type MessageFormat = 'text' | 'binary'

/**
 * A body that is made while it is sent, so that however large, it is never held. `chunks()` gives the same bytes every
 * time it is called; a chunk is valid until the next one is asked for.
 */
export interface GeneratedBody {
  /** In bytes. */
  readonly length: number
  chunks(): Iterable<Uint8Array>
}

/** What is sent: a text as UTF-8, bytes, or a body that is made while it is sent. */
export type Body = string | Uint8Array | GeneratedBody

export function isGenerated(body: Body): body is GeneratedBody {
  return typeof body === 'object' && 'chunks' in body
}

/** In bytes, as it goes over the wire. */
export function lengthOf(body: Body): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}
