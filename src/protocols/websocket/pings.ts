import type { WebSocketExchange } from './exchange.ts'

/** Pings under way, each with a payload of its own. */
export class Pings {
  readonly #byPayload = new Map<string, WebSocketExchange>()
  #count = 0

  /** The payload to send. */
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
   * What a pong answers: of several pings, a server may answer the last one for all of them (RFC 6455, 5.5.3). None where
   * nobody waits for it: a server may send pongs by itself.
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
