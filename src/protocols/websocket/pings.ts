import type { WebSocketExchange } from './exchange.ts'

/** Pings in flight, each with a different payload. */
export class Pings {
  readonly #byPayload = new Map<string, WebSocketExchange>()
  #count = 0

  /** Adds a ping and returns the payload to send. */
  add(exchange: WebSocketExchange): string {
    const payload = String(this.#count++)
    exchange.tag = payload
    this.#byPayload.set(payload, exchange)
    return payload
  }

  remove(exchange: WebSocketExchange): void {
    if (typeof exchange.tag === 'string') this.#byPayload.delete(exchange.tag)
  }

  /**
   * Removes and returns the pings that a pong answers. A server may answer several pings with one pong for the last of
   * them (RFC 6455, 5.5.3). An unsolicited pong answers none.
   */
  takeAnswered(payload: string): readonly WebSocketExchange[] {
    if (!this.#byPayload.has(payload)) return []
    const answered: WebSocketExchange[] = []
    for (const [sent, exchange] of this.#byPayload) {
      this.#byPayload.delete(sent)
      answered.push(exchange)
      if (sent === payload) break
    }
    return answered
  }
}
