import { expect, test } from 'vitest'
import type { ArrivalPattern } from '../../model/pattern.ts'
import { constant, patternFrom, rampUp, sineWave } from '../patterns/index.ts'
import { allArrivals } from '../patterns/patterns.case.ts'
import { arrivalsOf } from './index.ts'
import { randomFrom } from './random.ts'

function own(durationMs: number, rateAt: (tMs: number) => number, expectedBy: (tMs: number) => number): ArrivalPattern {
  return { name: 'own', durationMs, rateAt, expectedBy: (tMs) => expectedBy(Math.min(tMs, durationMs)) }
}

test('a pattern that is only two formulas gets its arrivals where they belong', () => {
  const cubic = own(
    10_000,
    (t) => 3 * (t / 1_000) ** 2,
    (t) => (t / 1_000) ** 3,
  )
  const arrivals = allArrivals(cubic, 'uniform')
  expect(arrivals).toHaveLength(1_000)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(1_000 * Math.cbrt(i + 1), 4)
})

test('a rate that jumps, pauses for an hour and whispers is followed', () => {
  const pausing = own(
    4_000_000,
    (t) => (t < 1_000 ? 5 : t < 3_601_000 ? 0 : 0.01),
    (t) => (5 * Math.min(t, 1_000) + 0.01 * Math.max(t - 3_601_000, 0)) / 1_000,
  )
  const arrivals = allArrivals(pausing, 'uniform')
  const truth = [200, 400, 600, 800, 1_000, 3_701_000, 3_801_000, 3_901_000]
  expect(arrivals).toHaveLength(truth.length)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(truth[i] ?? 0, 3)
})

test('an arrival at the beginning of a pause is not sought inside it', () => {
  const rising = own(
    9_000,
    (t) => (t < 1_000 ? 20 * (t / 1_000) : t < 8_000 ? 0 : 1),
    (t) => 10 * (Math.min(t, 1_000) / 1_000) ** 2 + Math.max(t - 8_000, 0) / 1_000,
  )
  const arrivals = allArrivals(rising, 'uniform')
  expect(arrivals).toHaveLength(11)
  expect(arrivals[9]).toBeCloseTo(1_000, 3)
  expect(arrivals[10]).toBeCloseTo(9_000, 3)
})

test('a staircase count without any rate still has its arrivals, together at each step', () => {
  const staircase = own(
    5_000,
    () => 0,
    (t) => 2 * Math.floor(t / 1_000),
  )
  const arrivals = allArrivals(staircase, 'uniform')
  const truth = [1_000, 1_000, 2_000, 2_000, 3_000, 3_000, 4_000, 4_000, 5_000, 5_000]
  expect(arrivals).toHaveLength(truth.length)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(truth[i] ?? 0, 3)
})

test('a rate that is wrong by a thousand costs time, not truth', () => {
  const lying = own(
    10_000,
    () => 0.05,
    (t) => t / 20,
  )
  const arrivals = allArrivals(lying, 'uniform')
  expect(arrivals).toHaveLength(500)
  for (const [i, tMs] of arrivals.entries()) expect(tMs).toBeCloseTo(20 * (i + 1), 4)
})

test('a total that rounding left just short of a whole number keeps its last arrival', () => {
  const short = own(
    10_000,
    () => 50,
    (t) => (t / 20) * (1 - 1e-14),
  )
  expect(allArrivals(short, 'uniform')).toHaveLength(500)
})

test('once over, a schedule stays over', () => {
  const pattern = patternFrom(constant({ rate: 2 }), { durationMs: 1_000, seed: 'a' })
  for (const process of ['uniform', 'poisson'] as const) {
    const arrivals = arrivalsOf(pattern, process, randomFrom('a'))
    while (arrivals.next() < Number.POSITIVE_INFINITY);
    expect([arrivals.next(), arrivals.next()]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  }
})

test('less than one arrival is none', () => {
  expect(allArrivals(patternFrom(constant({ rate: 0.9 }), { durationMs: 1_000, seed: 'a' }), 'uniform')).toEqual([])
})

test('a million arrivals at 50 000/s cost far less than the 20 µs between them', () => {
  const planned = { durationMs: 20_000, seed: 'a' }
  for (const spec of [
    constant({ rate: 50_000 }),
    rampUp({ to: 100_000 }),
    sineWave({ rate: 50_000, periodMs: 20_000 }),
  ]) {
    const arrivals = arrivalsOf(patternFrom(spec, planned), 'uniform', randomFrom('a'))
    const startedAt = performance.now()
    let count = 0
    while (arrivals.next() < Number.POSITIVE_INFINITY) count++
    expect(count).toBe(1_000_000)
    expect((performance.now() - startedAt) / count).toBeLessThan(0.01)
  }
})
