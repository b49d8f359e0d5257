import fc from 'fast-check'
import { expect, test } from 'vitest'
import { curveFrom, rampUp, rateParameterOf } from './index.ts'
import { allArrivals, describePattern } from './patterns.conformance.ts'

describePattern(rampUp({ to: 40 }))
describePattern(rampUp({ from: 25, to: 0, duration: '20s' }))
describePattern(rampUp({ from: 12, to: 12 }))

test('schedules 500 arrivals for a ramp 0→100/s over 10 s, the 125th at 5 s', () => {
  const arrivals = allArrivals(curveFrom(rampUp({ to: 100 }), { durationMs: 10_000, seed: 'a' }), 'uniform')
  expect(arrivals).toHaveLength(500)
  expect(arrivals[124]).toBeCloseTo(5_000, 9)
  expect(arrivals[499]).toBe(10_000)
})

test('stays exact for a slope so small that the textbook root cancels', () => {
  const gentle = curveFrom(rampUp({ from: 1_000, to: 1_000 + 1e-9 }), { durationMs: 60_000, seed: 'a' })
  expect(gentle.timeOf?.(1)).toBeCloseTo(1, 9)
  expect(gentle.timeOf?.(30_000)).toBeCloseTo(30_000, 6)
})

test('a ramp down to 0 has all its arrivals, the last at the end', () => {
  const arrivals = allArrivals(curveFrom(rampUp({ from: 100, to: 0 }), { durationMs: 10_000, seed: 'a' }), 'uniform')
  expect(arrivals).toHaveLength(500)
  expect(arrivals[374]).toBeCloseTo(5_000, 9)
  expect(arrivals[499]).toBeCloseTo(10_000, 3)
})

test('the last arrival of a ramp down to 0 is at its end, however steep the ramp', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 1e5, noNaN: true }),
      fc.integer({ min: 1, max: 1e7 }),
      (from, durationMs) => {
        const pattern = curveFrom(rampUp({ from, to: 0 }), { durationMs, seed: 'a' })
        const last = pattern.timeOf?.(pattern.expectedBy(durationMs)) ?? 0
        expect(Math.abs(last / durationMs - 1)).toBeLessThan(1e-6)
      },
    ),
  )
})

test('ramp-up as a name starts at 0 and ends at the rate of the plan', () => {
  expect(rateParameterOf('ramp-up')).toBe('to')
  expect(rampUp({ to: 80 })).toEqual(rampUp({ from: 0, to: 80 }))
})

test('the smallest count of a ramp from 0 is reached at the start', () => {
  expect(curveFrom(rampUp({ to: 5 }), { durationMs: 60_000, seed: 'a' }).timeOf?.(Number.MIN_VALUE)).toBe(0)
})
