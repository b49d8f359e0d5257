import type { WebSocketExchange } from './exchange.ts'
import type { JsonId } from './json-id.ts'

/** Maximum number of abandoned ids to remember. A reply to an older request counts as unsolicited. */
const MAX_ABANDONED = 1_000

/** Requests in flight whose responses contain their ids. */
export class RequestsById {
  readonly #inFlight = new Map<JsonId, WebSocketExchange>()
  /** Ids of abandoned requests: a reply that still arrives is late, not unsolicited. */
  readonly #abandoned = new Set<JsonId>()

  add(id: JsonId, exchange: WebSocketExchange): void {
    this.#inFlight.set(id, exchange)
  }

  get(id: JsonId): WebSocketExchange | undefined {
    return this.#inFlight.get(id)
  }

  /** Removes a request whose response is complete. */
  remove(id: JsonId): void {
    this.#inFlight.delete(id)
  }

  /** Removes a cancelled request, and remembers its id if any byte of it was sent. */
  abandon({ tag, progress }: WebSocketExchange): void {
    if (!this.#inFlight.delete(tag) || progress === 'waiting') return
    this.#abandoned.add(tag)
    const [oldest] = this.#abandoned
    if (this.#abandoned.size > MAX_ABANDONED && oldest !== undefined) this.#abandoned.delete(oldest)
  }

  /** Whether this is the first reply to an abandoned request. */
  isLate(id: JsonId): boolean {
    return this.#abandoned.delete(id)
  }
}
