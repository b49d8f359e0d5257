import { expect, test } from 'vitest'
import { constant, curveFrom } from './index.ts'
import { allArrivals, describePattern } from './patterns.conformance.ts'

const planned = { durationMs: 2_000, seed: 'a' }

describePattern(constant({ rate: 20 }))
describePattern(constant({ rate: 0.7 }))

test('constant 5/s over 2 s schedules ten arrivals, 200 ms apart, the last at the end', () => {
  const arrivals = allArrivals(curveFrom(constant({ rate: 5 }), planned), 'uniform')
  expect(arrivals).toEqual([200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000])
})

test.each([0.1, 1 / 3, 7, 33.3, 1_500, 4_999])('constant %d/s loses no arrival to rounding over 600 s', (rate) => {
  const pattern = curveFrom(constant({ rate }), { durationMs: 600_000, seed: 'a' })
  expect(pattern.timeOf?.(Math.round(rate * 600))).toBeCloseTo((1_000 * Math.round(rate * 600)) / rate, 6)
  expect(allArrivals(pattern, 'uniform')).toHaveLength(Math.floor(rate * 600 + 1e-6))
})

test('a duration in the pattern overrides the plan’s, and accepts a unit', () => {
  expect(constant({ rate: 5, duration: '1.5s' })).toEqual({ kind: 'constant', rate: 5, durationMs: 1_500 })
  expect(curveFrom(constant({ rate: 5, duration: '1.5s' }), planned).durationMs).toBe(1_500)
  expect(curveFrom(constant({ rate: 5 }), planned).durationMs).toBe(2_000)
})
