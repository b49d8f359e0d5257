import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import type { StartOptions, Starts } from './starts.ts'
import type { Wake } from './wake/wake.ts'

/** A start that was late may bring the next ones forward by this much, so that late wakes do not lower the rate. */
const CATCH_UP_MS: Ms = 10

export interface ClosedOptions<Request> extends StartOptions<Request> {
  /** Number of clients. Each starts its next request, or journey, when the previous one has ended. */
  readonly concurrency: number
  /** Nothing starts from this time on, unless `endAt` sets an earlier one. */
  readonly lastArrivalMs: Ms
  /** Minimum time between two starts, on average; 0 for none. */
  readonly startGapMs: Ms
}

/** The closed model: as many requests in progress as there are clients. */
export class ClosedStarts<Request> implements Starts {
  readonly #options: ClosedOptions<Request>
  readonly #wake: Wake
  /** Number of starts that are pending. A loop makes them, because a protocol may respond before `exchange` returns. */
  #owed = 0
  /** Starts that wait because the payload is still being created. */
  #starved = 0
  /** Starts that wait for `#nextStartMs`. */
  #paced = 0
  /** No request starts earlier: first the time at which the clients start, then the ceiling of the rate. */
  #nextStartMs: Ms
  /** The first arrival, if `begin` has got it already. */
  #first: ReturnType<ArrivalSource<Request>['next']>
  #exhausted = false
  #endMs: Ms

  constructor(options: ClosedOptions<Request>, wake: Wake) {
    this.#options = options
    this.#wake = wake
    this.#endMs = options.lastArrivalMs
    this.#nextStartMs = options.source.firstStartMs ?? Number.NEGATIVE_INFINITY
  }

  get exhausted(): boolean {
    return this.#exhausted
  }

  begin(): void {
    // The run is started some time before the clients start, in which another thread can make their first payloads.
    this.#first = this.#options.source.next()
    for (let i = 0; i < this.#options.concurrency; i++) this.ended()
  }

  startDue(): void {
    const nowMs = this.#options.now()
    if (nowMs >= this.#endMs) this.#exhausted = true
    while (!this.#exhausted && this.#paced > 0 && nowMs >= this.#nextStartMs) {
      this.#paced--
      this.ended()
    }
    if (this.#paced > 0 && !this.#exhausted) this.#wake.arm(this.#nextStartMs)
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

  endAt(atMs: Ms): void {
    this.#endMs = Math.min(atMs, this.#endMs)
  }

  stop(): void {
    this.#exhausted = true
  }

  #start(): void {
    if (this.#exhausted) return
    const { startGapMs } = this.#options
    const nowMs = this.#options.now()
    if (nowMs < this.#nextStartMs && nowMs < this.#endMs) {
      this.#paced++
      this.#wake.arm(this.#nextStartMs)
      return
    }
    const arrival = nowMs < this.#endMs ? this.#nextArrival() : undefined
    if (arrival === 'later') this.#starved++
    else if (arrival === undefined) this.#exhausted = true
    else {
      if (startGapMs > 0) this.#nextStartMs = Math.max(this.#nextStartMs, nowMs - CATCH_UP_MS) + startGapMs
      this.#options.start(arrival, nowMs, nowMs)
    }
  }

  #nextArrival(): ReturnType<ArrivalSource<Request>['next']> {
    const first = this.#first
    this.#first = undefined
    return first === undefined || first === 'later' ? this.#options.source.next() : first
  }
}
