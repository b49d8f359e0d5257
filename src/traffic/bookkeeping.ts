import { LoadInternalError } from '../model/errors.ts'
import type { Ms } from '../model/units.ts'

/**
 * Little's law as a check of the books: the area under "intended but not done" equals the sum of response times over all
 * fates. At the end of a run, when nothing is unfinished any more, it is an identity; if it does not hold, a request was
 * lost or counted twice.
 */
export class Bookkeeping {
  #inSystem = 0
  #areaMs: Ms = 0
  #lastMs: Ms = Number.NEGATIVE_INFINITY
  /** Sum of (fate − intended) over finished requests. */
  #responseMs: Ms = 0

  arrived(intendedMs: Ms, nowMs: Ms): void {
    this.#advance(nowMs)
    this.#inSystem++
    // It stood in the system since its intended start, though the dispatcher saw it only now.
    this.#areaMs += nowMs - intendedMs
  }

  finished(intendedMs: Ms, doneMs: Ms): void {
    this.#advance(doneMs)
    this.#inSystem--
    this.#responseMs += doneMs - intendedMs
  }

  /**
   * Closes the books at the end of a run. What is wrong with them: a request has no fate or more than one, or the two sides
   * differ by more than 0.1%; undefined when they balance.
   */
  close(): LoadInternalError | undefined {
    if (this.#inSystem !== 0) {
      return new LoadInternalError(`the books do not balance: requests without a fate: ${this.#inSystem}`)
    }
    if (Math.abs(this.#areaMs - this.#responseMs) > 0.001 * Math.max(1, this.#areaMs, this.#responseMs)) {
      return new LoadInternalError(
        `the books do not balance: ∫ n(t) dt = ${this.#areaMs.toFixed(3)} ms, response times = ${this.#responseMs.toFixed(3)} ms`,
      )
    }
    return undefined
  }

  #advance(nowMs: Ms): void {
    if (this.#lastMs !== Number.NEGATIVE_INFINITY) this.#areaMs += this.#inSystem * (nowMs - this.#lastMs)
    this.#lastMs = nowMs
  }
}
