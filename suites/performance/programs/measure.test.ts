import { expect, test } from 'vitest'
import { Histogram } from './measure.ts'

test.each([1, 9, 25, 100, 999, 10_000, 123_456, 5_000_000])('the median of %i µs is exact to 6%', (us) => {
  const histogram = new Histogram()
  for (const value of [us / 2, us, us, us, 3 * us]) histogram.add(value)
  const error = 1_000 * (histogram.p50Ms ?? Number.NaN) - us
  // Buckets of 1 µs, and of a sixteenth from 32 µs on.
  expect(Math.abs(error)).toBeLessThanOrEqual(Math.max(0.5, us / 16))
})

test('there is no median without values', () => {
  expect(new Histogram().p50Ms).toBeNull()
})
