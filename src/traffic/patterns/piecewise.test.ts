import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecewiseCurve } from './piecewise.ts'

test.each([
  { atMs: 0, rate: 0, expected: 0 },
  { atMs: 500, rate: 5, expected: 1.25 },
  { atMs: 1_000, rate: 20, expected: 5 },
  { atMs: 3_000, rate: 0, expected: 45 },
  { atMs: 4_000, rate: 4, expected: 45 },
  { atMs: 5_000, rate: 0, expected: 47 },
])('ramp, jump, pause and ramp down: $rate/s and $expected arrivals at $atMs ms', ({ atMs, rate, expected }) => {
  const curve = piecewiseCurve([
    { fromRps: 0, toRps: 10, widthMs: 1_000 },
    { fromRps: 20, toRps: 20, widthMs: 2_000 },
    { fromRps: 0, toRps: 0, widthMs: 1_000 },
    { fromRps: 4, toRps: 0, widthMs: 1_000 },
  ])
  expect(curve.rateAt(atMs)).toBeCloseTo(rate, 9)
  expect(curve.expectedBy(atMs)).toBeCloseTo(expected, 9)
})

test('places the last arrival before a pause, however the sum is rounded', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), (tenths, count) => {
      const line = { fromRps: tenths / 10, toRps: tenths / 10, widthMs: 10_000 / count }
      const busy = Array.from({ length: count - 1 }, () => line)
      const curve = piecewiseCurve([line, ...busy, { fromRps: 0, toRps: 0, widthMs: 60_000 }, line])
      expect(curve.timeOf(tenths)).toBeCloseTo(10_000, 5)
    }),
  )
})
