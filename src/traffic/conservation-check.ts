import { LoadInternalError } from '../model/errors.ts'
import type { Ms } from '../model/units.ts'

/**
 * Checks the request accounting with Little's law: the area under the number of requests that are intended but not done
 * equals the sum of response times over all outcomes. When no request is unfinished at the end of a run, this is an
 * identity. If it does not hold, a request was lost or counted twice.
 */
export class ConservationCheck {
  #inSystem = 0
  #areaMs: Ms = 0
  #lastMs: Ms = Number.NEGATIVE_INFINITY
  /** Sum of (done − intended) over finished requests. */
  #responseMs: Ms = 0

  arrived(intendedMs: Ms, nowMs: Ms): void {
    this.#advance(nowMs)
    this.#inSystem++
    // The request counts from its intended start, although the dispatcher only detected it now.
    this.#areaMs += nowMs - intendedMs
  }

  finished(intendedMs: Ms, doneMs: Ms): void {
    this.#advance(doneMs)
    this.#inSystem--
    this.#responseMs += doneMs - intendedMs
  }

  /**
   * Closes the accounting at the end of a run. Returns an error if a request has no outcome or several, or if the two
   * sides differ by more than 0.1%; undefined if they balance.
   */
  close(): LoadInternalError | undefined {
    if (this.#inSystem !== 0) {
      return new LoadInternalError(`request accounting is inconsistent: requests without an outcome: ${this.#inSystem}`)
    }
    if (Math.abs(this.#areaMs - this.#responseMs) > 0.001 * Math.max(1, this.#areaMs, this.#responseMs)) {
      return new LoadInternalError(
        `request accounting is inconsistent: ∫ n(t) dt = ${this.#areaMs.toFixed(3)} ms, response times = ${this.#responseMs.toFixed(3)} ms`,
      )
    }
    return undefined
  }

  #advance(nowMs: Ms): void {
    if (this.#lastMs !== Number.NEGATIVE_INFINITY) this.#areaMs += this.#inSystem * (nowMs - this.#lastMs)
    this.#lastMs = nowMs
  }
}
