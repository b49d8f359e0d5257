import type { WrittenPlan } from '../plan/load-plan.ts'
import type { LoadPart } from '../report/live/progress.ts'
import type { Count, Ms } from '../model/units.ts'
import type { SuiteContext } from './suite.ts'

/** What is known about the loads of a suite before the first one. */
export interface Expected {
  /** Number of loads. */
  readonly of: Count
  /** Time that all of them take. */
  readonly totalMs: Ms
  /** False: the number depends on what the loads show. Default false. */
  readonly isExact?: boolean
}

/** Numbers the loads of a suite for the progress line. */
export class LoadParts {
  readonly #expected: Expected
  #started = 0
  #spentMs: Ms = 0

  constructor(expected: Expected) {
    this.#expected = expected
  }

  /** Returns the place of the next load, which is planned to take `plannedMs`. */
  next(plannedMs: Ms): LoadPart {
    const { of, totalMs, isExact = false } = this.#expected
    this.#started++
    this.#spentMs += plannedMs
    return {
      number: this.#started,
      of: Math.max(of, this.#started),
      isExact,
      leftMs: Math.max(0, totalMs - this.#spentMs),
    }
  }
}

/** Returns a context that numbers every load, whose plan has its lengths in ms. */
export function numberLoads(context: SuiteContext, expected: Expected): SuiteContext {
  const parts = new LoadParts(expected)
  const partOf = ({ duration, warmUp }: WrittenPlan): LoadPart => parts.next(Number(duration) + Number(warmUp ?? 0))
  return {
    ...context,
    load: (plan, options) => context.load(plan, { ...options, part: partOf(plan) }),
    startLoad: (plan, options) => context.startLoad(plan, { ...options, part: partOf(plan) }),
  }
}
