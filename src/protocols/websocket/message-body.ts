import { isGenerated } from '../../model/body.ts'
import type { Body, GeneratedBody, MessageFormat } from '../../model/body.ts'

/**
 * A body that is generated while it is sent, with a prefix and a format: the bytes alone do not show whether they
 * belong in a text message or a binary message.
 */
export class FormattedBody implements GeneratedBody {
  readonly format: MessageFormat
  readonly length: number
  readonly #first: Uint8Array
  readonly #rest: GeneratedBody

  constructor(first: string, rest: GeneratedBody, format: MessageFormat) {
    this.#first = Buffer.from(first)
    this.#rest = rest
    this.format = format
    this.length = this.#first.length + rest.length
  }

  *chunks(): Generator<Uint8Array> {
    if (this.#first.length > 0) yield this.#first
    yield* this.#rest.chunks()
  }
}

/** Returns a message of this format: `first`, followed by the body. */
export function messageOf(first: string, body: Body, format: MessageFormat): Body {
  if (typeof body === 'object' && isGenerated(body)) return new FormattedBody(first, body, format)
  if (format === 'binary')
    return Buffer.concat([Buffer.from(first), typeof body === 'string' ? Buffer.from(body) : body])
  return first + (typeof body === 'string' ? body : Buffer.from(body).toString('utf8'))
}
