import { isGenerated } from '../../model/body.ts'
import type { Body, MessageFormat } from '../../model/body.ts'

/**
 * A body inside a JSON message: text stays text, and bytes become base64, like a blob in MCP. The conversion happens
 * only when the message is serialized, because the body may be large and the message may wait in a queue.
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
