import { describe, expect, it, test } from 'vitest'
import { ARRIVAL_PROCESSES, type ArrivalPattern, type ArrivalProcessName } from '../../model/pattern.ts'
import { constant, curveFrom, rampUp, sineWave } from '../patterns/index.ts'
import { allArrivals } from '../patterns/patterns.conformance.ts'
import { arrivalsOf } from './index.ts'

function custom(
  durationMs: number,
  rateAt: (tMs: number) => number,
  expectedBy: (tMs: number) => number,
): ArrivalPattern {
  return { name: 'custom', durationMs, rateAt, expectedBy: (tMs) => expectedBy(Math.min(tMs, durationMs)) }
}

test('places arrivals correctly for a pattern that has only two formulas', () => {
  const cubic = custom(
    10_000,
    (t) => 3 * (t / 1_000) ** 2,
    (t) => (t / 1_000) ** 3,
  )
  const arrivals = allArrivals(cubic, 'uniform')
  expect(arrivals).toHaveLength(1_000)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(1_000 * Math.cbrt(i + 1), 4)
})

test('follows a rate that jumps, pauses for an hour and becomes very low', () => {
  const pausing = custom(
    4_000_000,
    (t) => (t < 1_000 ? 5 : t < 3_601_000 ? 0 : 0.01),
    (t) => (5 * Math.min(t, 1_000) + 0.01 * Math.max(t - 3_601_000, 0)) / 1_000,
  )
  const arrivals = allArrivals(pausing, 'uniform')
  const truth = [200, 400, 600, 800, 1_000, 3_701_000, 3_801_000, 3_901_000]
  expect(arrivals).toHaveLength(truth.length)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(truth[i] ?? 0, 3)
})

test('places an arrival at the start of a pause, not inside it', () => {
  const rising = custom(
    9_000,
    (t) => (t < 1_000 ? 20 * (t / 1_000) : t < 8_000 ? 0 : 1),
    (t) => 10 * (Math.min(t, 1_000) / 1_000) ** 2 + Math.max(t - 8_000, 0) / 1_000,
  )
  const arrivals = allArrivals(rising, 'uniform')
  expect(arrivals).toHaveLength(11)
  expect(arrivals[9]).toBeCloseTo(1_000, 3)
  expect(arrivals[10]).toBeCloseTo(9_000, 3)
})

test('places the arrivals of a staircase count with rate 0 together at each step', () => {
  const staircase = custom(
    5_000,
    () => 0,
    (t) => 2 * Math.floor(t / 1_000),
  )
  const arrivals = allArrivals(staircase, 'uniform')
  const truth = [1_000, 1_000, 2_000, 2_000, 3_000, 3_000, 4_000, 4_000, 5_000, 5_000]
  expect(arrivals).toHaveLength(truth.length)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(truth[i] ?? 0, 3)
})

test('a rate that is wrong by a factor of 10³ makes the search slower, not wrong', () => {
  const lying = custom(
    10_000,
    () => 0.05,
    (t) => t / 20,
  )
  const arrivals = allArrivals(lying, 'uniform')
  expect(arrivals).toHaveLength(500)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(20 * (i + 1), 4)
})

test('keeps the last arrival when rounding makes the total slightly too small', () => {
  const short = custom(
    10_000,
    () => 50,
    (t) => (t / 20) * (1 - 1e-14),
  )
  expect(allArrivals(short, 'uniform')).toHaveLength(500)
})

test('returns Infinity on every call after the last arrival', () => {
  const pattern = curveFrom(constant({ rate: 2 }), { durationMs: 1_000, seed: 'a' })
  for (const process of ARRIVAL_PROCESSES) {
    for (const batchSize of [1, 2]) {
      const arrivals = arrivalsOf(pattern, { arrivals: process, seed: 'a', batchSize })
      while (arrivals.next() < Number.POSITIVE_INFINITY);
      expect([arrivals.next(), arrivals.next()]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    }
  }
})

test.each(['uniform', 'jittered'] as const)(
  '%s: schedules nothing when less than one arrival is expected',
  (process) => {
    expect(allArrivals(curveFrom(constant({ rate: 0.9 }), { durationMs: 1_000, seed: 'a' }), process)).toEqual([])
  },
)

test('keeps jittered arrivals within their slots when a custom pattern is two formulas with a pause', () => {
  const pausing = custom(
    9_000,
    (t) => (t < 1_000 || t >= 8_000 ? 20 : 0),
    (t) => (20 * (Math.min(t, 1_000) + Math.max(t - 8_000, 0))) / 1_000,
  )
  const arrivals = allArrivals(pausing, 'jittered')
  expect(arrivals).toHaveLength(40)
  for (const [i, tMs] of arrivals.entries()) {
    const slotStartMs = 50 * i + (i < 20 ? 0 : 7_000)
    expect(tMs).toBeGreaterThan(slotStartMs - 1e-5)
    expect(tMs).toBeLessThan(slotStartMs + 50 + 1e-5)
  }
})

test('places the jittered arrivals of a staircase count at its steps', () => {
  const staircase = custom(
    5_000,
    () => 0,
    (t) => 2 * Math.floor(t / 1_000),
  )
  const seconds = allArrivals(staircase, 'jittered').map((tMs) => Math.round(tMs) / 1_000)
  expect(seconds).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
})

test('spaces jittered arrivals 10 ms apart on average at 100/s, with a standard deviation of 10/√6 ms', () => {
  const arrivals = allArrivals(curveFrom(constant({ rate: 100 }), { durationMs: 100_000, seed: 'a' }), 'jittered')
  const gaps = arrivals.slice(1).map((tMs, i) => tMs - (arrivals[i] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
  expect(arrivals).toHaveLength(10_000)
  expect(mean).toBeCloseTo(10, 2)
  expect(deviation).toBeCloseTo(10 / Math.sqrt(6), 0)
  expect(Math.max(...gaps)).toBeLessThan(20)
})

test('jittered arrivals hit a periodic pause of half a slot in about half of its periods', () => {
  const pattern = curveFrom(constant({ rate: 100 }), { durationMs: 400_000, seed: 'a' })
  const pausesMet = (process: 'uniform' | 'jittered', pauseStartMs: number): number => {
    const inPause = allArrivals(pattern, process)
      .map((tMs) => tMs % 2_000)
      .filter((phaseMs) => phaseMs >= pauseStartMs && phaseMs < pauseStartMs + 5)
    return inPause.length
  }
  expect([pausesMet('uniform', 1_002), pausesMet('uniform', 1_007)]).toEqual([0, 200])
  // Binomial with n = 200 and p = 1/2: outside 60 … 140 with probability 10⁻⁸.
  for (const pauseStartMs of [1_002, 1_007]) {
    const met = pausesMet('jittered', pauseStartMs)
    expect(met).toBeGreaterThan(60)
    expect(met).toBeLessThan(140)
  }
})

test('computes a million arrivals at 50 000/s in far less than 20 µs each', () => {
  const planned = { durationMs: 20_000, seed: 'a' }
  for (const spec of [
    constant({ rate: 50_000 }),
    rampUp({ to: 100_000 }),
    sineWave({ rate: 50_000, periodMs: 20_000 }),
  ]) {
    const arrivals = arrivalsOf(curveFrom(spec, planned), { arrivals: 'uniform', seed: 'a', batchSize: 1 })
    const startedAt = performance.now()
    let count = 0
    while (arrivals.next() < Number.POSITIVE_INFINITY) count++
    expect(count).toBe(1_000_000)
    expect((performance.now() - startedAt) / count).toBeLessThan(0.01)
  }
})

describe('in batches, at 100/s for one second', () => {
  const second = curveFrom(constant({ rate: 100 }), { durationMs: 1_000, seed: '1' })
  const batched = (size: number, process: ArrivalProcessName): readonly number[] =>
    allArrivals(second, process, '1', size)

  it('schedules 10 batches of 10, each at the time when its last operation is due', () => {
    const all = batched(10, 'uniform')
    expect(all).toHaveLength(100)
    expect([...new Set(all)]).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000])
  })

  it('omits an incomplete last batch of 30', () => {
    expect(batched(30, 'uniform')).toHaveLength(90)
  })

  it('returns the plain arrivals for a batch size of 1', () => {
    expect(batched(1, 'poisson')).toEqual([...new Set(batched(1, 'poisson'))])
  })

  it('schedules one jittered batch of 10 in each tenth of the second', () => {
    const all = batched(10, 'jittered')
    expect(all).toHaveLength(100)
    const batches = [...new Set(all)]
    expect(batches).toHaveLength(10)
    expect(batches.map((tMs) => Math.floor(tMs / 100))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('schedules Poisson batches of 10 at a tenth of the rate', () => {
    const all = batched(10, 'poisson')
    expect(all.length % 10).toBe(0)
    expect(new Set(all).size).toBe(all.length / 10)
  })
})
