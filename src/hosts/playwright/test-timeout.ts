import type { TestInfo } from '@playwright/test'
import { realTime } from '../../model/real-time.ts'
import type { Ms } from '../../model/units.ts'
import type { TestClock } from '../deadline.ts'

/** Playwright's own timeout of a running test, as a clock that can be paused and extended. 0 is no timeout. */
export class TestTimeout implements TestClock {
  readonly #info: Pick<TestInfo, 'timeout' | 'setTimeout'>
  #paused: { timeoutMs: Ms; readonly sinceMs: Ms } | undefined

  constructor(info: Pick<TestInfo, 'timeout' | 'setTimeout'>) {
    this.#info = info
  }

  pause(): void {
    if (this.#paused !== undefined || this.#info.timeout === 0) return
    this.#paused = { timeoutMs: this.#info.timeout, sinceMs: realTime.now() }
    this.#info.setTimeout(0)
  }

  resume(): void {
    const paused = this.#paused
    this.#paused = undefined
    // The test may have set another one meanwhile, with `test.setTimeout`.
    if (paused === undefined || this.#info.timeout !== 0) return
    this.#info.setTimeout(paused.timeoutMs + (realTime.now() - paused.sinceMs))
  }

  extend(ms: Ms): void {
    if (this.#paused !== undefined) this.#paused.timeoutMs += ms
    else if (this.#info.timeout !== 0) this.#info.setTimeout(this.#info.timeout + ms)
  }

  end(): void {
    this.resume()
  }
}
