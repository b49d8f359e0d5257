import { describe, expect, it } from 'vitest'
import { completedBetween, completedRps, saturatedFlow } from './completions.ts'

/** `count` batches with `each` completions. */
function batches(count: number, each: number): number[] {
  return new Array<number>(count).fill(each)
}

describe('the throughput of an open trial', () => {
  it('is the rate when the target completes every arrival one service time later', () => {
    const lengthMs = 100
    // 50/s for 2 s; the first response comes after 300 ms, the last one 300 ms after the last arrival.
    const counts = [...batches(3, 0), ...batches(20, 5)]
    expect(completedRps({ counts, lengthMs }, 2_000, 300)).toBeCloseTo(50)
    expect(completedRps({ counts, lengthMs }, 2_000, 0)).toBeCloseTo(42.5)
  })

  it.each([0, 20, 250, 900])(
    'is the capacity when the target is overloaded, with a service time of %i ms',
    (serviceMs) => {
      // 500/s for 2 s at a target of 200/s, which serves the rest in the next second.
      const counts = batches(30, 20)
      expect(completedRps({ counts, lengthMs: 100 }, 2_000, serviceMs)).toBeCloseTo(200)
    },
  )

  it('counts a batch in proportion to its part in the window', () => {
    expect(completedBetween({ counts: [10, 20, 30], lengthMs: 100 }, 50, 225)).toBeCloseTo(5 + 20 + 7.5)
    expect(completedBetween({ counts: [10], lengthMs: 100 }, 200, 300)).toBe(0)
  })
})

describe('a saturation', () => {
  it('counts from the batch after the first completion', () => {
    expect(saturatedFlow({ counts: [0, 3, 10, 10, 10], lengthMs: 100 })).toMatchObject({ rps: 100, completions: 30 })
  })

  it('has no flow when nothing completes', () => {
    expect(saturatedFlow({ counts: [0, 0], lengthMs: 100 })).toMatchObject({ rps: 0, steadyRps: 0, completions: 0 })
  })

  it('leaves stalls out of the steady throughput', () => {
    const flow = saturatedFlow({ counts: [20, ...batches(12, 20), 0, 0, 0, ...batches(12, 20)], lengthMs: 100 })
    expect(flow.rps).toBeCloseTo(177.8, 1)
    expect(flow.steadyRps).toBeCloseTo(200)
  })

  it('does not treat an empty batch as a stall when batches have few completions', () => {
    const flow = saturatedFlow({ counts: [1, 2, 0, 1, 0, 1, 2], lengthMs: 100 })
    expect(flow.steadyRps).toBe(flow.rps)
  })

  it('has no dispersion with equal batches, and the dispersion of a Poisson process with Poisson counts', () => {
    expect(saturatedFlow({ counts: batches(30, 20), lengthMs: 100 }).dispersion).toBe(0)
    // Mean 20, variance 20, without correlation.
    const random = [16, 24, 25, 15, 20, 22, 13, 27, 18, 20, 24, 17, 22, 16, 26, 19, 14, 21, 25, 16, 20, 23, 15, 22]
    expect(saturatedFlow({ counts: [9, ...random], lengthMs: 100 }).dispersion).toBeLessThan(1.2)
    expect(
      saturatedFlow({ counts: [9, ...random.map((count, i) => count + (i % 8 < 4 ? 8 : -8))], lengthMs: 100 })
        .dispersion,
    ).toBeGreaterThan(3)
  })
})
