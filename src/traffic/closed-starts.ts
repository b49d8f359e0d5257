import type { Ms } from '../model/units.ts'
import type { StartOptions, Starts } from './starts.ts'

export interface ClosedOptions<Request> extends StartOptions<Request> {
  /** Number of clients. Each starts its next request, or journey, when the previous one has ended. */
  readonly concurrency: number
  /** Nothing starts from this time on. */
  readonly lastArrivalMs: Ms
}

/** The closed model: as many requests in progress as there are clients. */
export class ClosedStarts<Request> implements Starts {
  readonly #options: ClosedOptions<Request>
  /** Number of starts that are pending. A loop makes them, because a protocol may respond before `exchange` returns. */
  #owed = 0
  /** Starts that wait because the payload is still being created. */
  #starved = 0
  #exhausted = false

  constructor(options: ClosedOptions<Request>) {
    this.#options = options
  }

  get exhausted(): boolean {
    return this.#exhausted
  }

  begin(): void {
    for (let i = 0; i < this.#options.concurrency; i++) this.ended()
  }

  startDue(): void {
    if (this.#options.now() >= this.#options.lastArrivalMs) this.#exhausted = true
  }

  ended(): void {
    if (this.#owed++ > 0) return
    for (; this.#owed > 0; this.#owed--) this.#start()
  }

  payloadsCame(): void {
    const starved = this.#starved
    this.#starved = 0
    for (let i = 0; i < starved; i++) this.ended()
  }

  stop(): void {
    this.#exhausted = true
  }

  #start(): void {
    if (this.#exhausted) return
    const { source, lastArrivalMs } = this.#options
    const nowMs = this.#options.now()
    const arrival = nowMs < lastArrivalMs ? source.next() : undefined
    if (arrival === 'later') this.#starved++
    else if (arrival === undefined) this.#exhausted = true
    else this.#options.start(arrival, nowMs, nowMs)
  }
}
