import { realTime } from '../../model/real-time.ts'
import type { Ended } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { monotonicMs } from '../../traffic/clock.ts'

/** When the measured part of a run starts and ends, and why it ends. */
export class RunLifetime {
  readonly #log: (text: string) => void
  readonly #stopped = Promise.withResolvers<void>()
  #startMs: Ms = Number.NaN
  #startedAtMs: Ms = realTime.wallNow()
  #endMs: Ms = 0
  #ended: Ended = 'running'
  #endedBecause: string | undefined

  constructor(log: (text: string) => void) {
    this.#log = log
  }

  get ended(): Ended {
    return this.#ended
  }

  get endedBecause(): string | undefined {
    return this.#endedBecause
  }

  get isRunning(): boolean {
    return this.#ended === 'running'
  }

  /** Resolves when the run is stopped before its end. */
  get stopped(): Promise<void> {
    return this.#stopped.promise
  }

  /** Start of the measured part in ms since 1970; until it is known, the time at which the run was created. */
  get startedAtMs(): Ms {
    return this.#startedAtMs
  }

  /**
   * Length of the measured part, until now or until the last request ended; in a stopped run, until its generators have
   * ended. 0 before the start.
   */
  get elapsedMs(): Ms {
    return this.isRunning ? this.#sinceStart() : this.#endMs
  }

  /** Starts the measured part at `startMs` on the machine's monotonic clock. */
  startAt(startMs: Ms): void {
    this.#startMs = startMs
    this.#startedAtMs = realTime.wallNow() + startMs - monotonicMs()
  }

  /** Records that the last request of a generator ended at `atMs`. */
  extendTo(atMs: Ms): void {
    this.#endMs = Math.max(this.#endMs, atMs)
  }

  /** Ends the run before its time. Only the first call has an effect. */
  stop(ended: 'aborted' | 'interrupted', because: string): void {
    if (!this.isRunning) return
    this.#ended = ended
    this.#endedBecause = because
    this.#endMs = this.#sinceStart()
    this.#log(`${ended}: ${because}`)
    this.#stopped.resolve()
  }

  /** Records that the generators have ended: by themselves, or because the run was stopped. */
  complete(): void {
    if (this.isRunning) {
      this.#ended = 'completed'
      this.#log('completed')
    } else this.#endMs = this.#sinceStart()
  }

  #sinceStart(): Ms {
    return Number.isNaN(this.#startMs) ? 0 : Math.max(0, monotonicMs() - this.#startMs)
  }
}
