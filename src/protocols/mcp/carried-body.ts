import { isGenerated } from '../../model/body.ts'
import type { Body, MessageFormat } from '../../model/body.ts'

/**
 * A body on its way into JSON: text stands there as it is, bytes as base64, as a blob of MCP does. It becomes a text
 * only when the message is written, since it may be large and wait for its turn.
 */
export class CarriedBody {
  readonly #body: Body
  readonly #format: MessageFormat

  constructor(body: Body, format: MessageFormat) {
    this.#body = body
    this.#format = format
  }

  toJSON(): string {
    if (typeof this.#body === 'string' && this.#format === 'text') return this.#body
    const bytes = bytesOf(this.#body)
    return bytes.toString(this.#format === 'text' ? 'utf8' : 'base64')
  }
}

function bytesOf(body: Body): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (!isGenerated(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const whole = Buffer.allocUnsafe(body.length)
  let at = 0
  for (const chunk of body.chunks()) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
