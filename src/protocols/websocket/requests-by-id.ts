import type { WebSocketExchange } from './exchange.ts'
import type { JsonId } from './json-id.ts'

/** Ids of abandoned requests that are remembered; a reply to an older one counts as unsolicited. */
const MAX_ABANDONED = 1_000

/** Requests whose responses carry their ids. */
export class RequestsById {
  readonly #inFlight = new Map<JsonId, WebSocketExchange>()
  /** Ids of requests that were given up: a reply that still arrives is late, not unsolicited. */
  readonly #abandoned = new Set<JsonId>()

  add(id: JsonId, exchange: WebSocketExchange): void {
    this.#inFlight.set(id, exchange)
  }

  get(id: JsonId): WebSocketExchange | undefined {
    return this.#inFlight.get(id)
  }

  /** The request has its response. */
  remove(id: JsonId): void {
    this.#inFlight.delete(id)
  }

  /** Gives up a request. */
  abandon({ tag, progress }: WebSocketExchange): void {
    if (!this.#inFlight.delete(tag) || progress === 'waiting') return
    this.#abandoned.add(tag)
    const [oldest] = this.#abandoned
    if (this.#abandoned.size > MAX_ABANDONED && oldest !== undefined) this.#abandoned.delete(oldest)
  }

  /** Whether this is the first reply to a request that was given up. */
  isLate(id: JsonId): boolean {
    return this.#abandoned.delete(id)
  }
}
