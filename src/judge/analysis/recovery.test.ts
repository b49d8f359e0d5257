import { describe, expect, it } from 'vitest'
import { resultOf, type StretchCase } from '../result.case.ts'
import { recoveryOf } from './recovery.ts'

const watch = { overloadEndMs: 2_000, baselineP95Ms: 20, windowMs: 2_000 }

/** Twenty requests each 200 ms: 2 s of overload, then `slowFor` ms of slow answers, then the usual ones until 8 s. */
function overloaded(slowFor: number, usualMs: (i: number) => number = () => 18): StretchCase[] {
  return Array.from({ length: 40 }, (_, i) => {
    const isSlow = 200 * i < 2_000 + slowFor
    return { responsesMs: Array.from({ length: 20 }, (__, k) => (isSlow ? 500 : usualMs(20 * i + k))) }
  })
}

const recovery = (stretches: readonly StretchCase[]): ReturnType<typeof recoveryOf> =>
  recoveryOf(resultOf({ stretches, stretchMs: 200 }), watch)

describe('recovery after an overload', () => {
  it('is immediate when nothing is slow any more', () => {
    expect(recovery(overloaded(0))).toEqual({ recovered: true, recoverMs: 0 })
  })

  it('comes with the first window that is not significantly above the baseline', () => {
    // 2 s windows of 200 requests: 15 slow ones (7.5%) may still be chance at p95, a slow stretch of 20 is not.
    expect(recovery(overloaded(1_000))).toEqual({ recovered: true, recoverMs: 1_000 })
    expect(recovery(overloaded(1_200))).toEqual({ recovered: true, recoverMs: 1_200 })
  })

  it('does not take the usual 4% of slow answers for a failure to recover', () => {
    expect(recovery(overloaded(0, (i) => (i % 25 === 0 ? 60 : 18)))).toEqual({ recovered: true, recoverMs: 0 })
  })

  it('is not seen while answers stay more than a tenth slower', () => {
    expect(recovery(overloaded(0, () => 22.1))).toEqual({ recovered: false, recoverMs: null })
    expect(recovery(overloaded(0, () => 21.9)).recovered).toBe(true)
  })

  it('is not seen while requests have no answer', () => {
    const silent = overloaded(0).map((stretch, i) =>
      i < 10 ? stretch : { responsesMs: [18], errors: { timeout: 19 } },
    )
    expect(recovery(silent)).toEqual({ recovered: false, recoverMs: null })
  })

  it('is unknown when nothing was watched long enough', () => {
    expect(recovery(overloaded(0).slice(0, 15))).toEqual({ recovered: null, recoverMs: null })
  })
})
