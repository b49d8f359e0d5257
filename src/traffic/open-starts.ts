import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import type { StartOptions, Starts } from './starts.ts'
import type { Wake } from './wake/wake.ts'

/** The open model: each arrival starts at its intended time, regardless of the outcome of earlier ones. */
export class OpenStarts<Request> implements Starts {
  readonly #options: StartOptions<Request>
  readonly #wake: Wake
  #next: ReturnType<ArrivalSource<Request>['next']>
  #starting = false
  #exhausted = false
  #endMs: Ms = Number.POSITIVE_INFINITY

  constructor(options: StartOptions<Request>, wake: Wake) {
    this.#options = options
    this.#wake = wake
  }

  get exhausted(): boolean {
    return this.#exhausted
  }

  begin(): void {
    this.#next = this.#options.source.next()
  }

  startDue(): void {
    if (this.#starting || this.#exhausted) return
    this.#starting = true
    let followingMs: Ms = Number.POSITIVE_INFINITY
    try {
      this.#startAll()
      if (this.#next !== 'later' && this.#next !== undefined) followingMs = this.#options.source.followingMs()
    } catch (error) {
      // A custom pattern may throw. An exception inside a timer would go uncaught, and the run would never end.
      return this.#options.broken(error)
    }
    this.#starting = false
    if (this.#exhausted) return
    if (this.#next === undefined || (this.#next !== 'later' && this.#next.atMs > this.#endMs)) this.#exhausted = true
    else if (this.#next !== 'later') this.#wake.arm(this.#next.atMs, followingMs)
  }

  ended(): void {}

  payloadsCame(): void {}

  endAt(atMs: Ms): void {
    this.#endMs = atMs
  }

  stop(): void {
    this.#exhausted = true
  }

  #startAll(): void {
    const { source, start } = this.#options
    if (this.#next === 'later') this.#next = source.next()
    let nowMs: Ms = this.#options.now()
    while (!this.#exhausted && this.#next !== undefined && this.#next !== 'later') {
      const arrival = this.#next
      if (arrival.atMs > nowMs || arrival.atMs > this.#endMs) return
      this.#next = source.next()
      start(arrival, arrival.atMs, nowMs)
      // Sending took time: requests that became due meanwhile are sent in this turn too.
      nowMs = this.#options.now()
    }
  }
}
