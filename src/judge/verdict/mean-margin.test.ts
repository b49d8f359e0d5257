import { describe, expect, test } from 'vitest'

import { decisiveMargin, marginAbove } from './mean-margin.ts'
import { MEAN_PROCESSES, wrongMeanVerdicts } from './mean.builder.ts'

describe('the margin above a mean', () => {
  test('solves μ − margin · (μ / mean)² = mean', () => {
    const upper = 10 + marginAbove(10, 1)
    expect(upper - (upper / 10) ** 2).toBeCloseTo(10, 9)
    expect(marginAbove(10, 0.01)).toBeCloseTo(0.01, 4)
    expect(marginAbove(10, 0)).toBe(0)
  })

  test('is infinite when the symmetric margin is more than a quarter of the mean', () => {
    expect(marginAbove(10, 2.49)).toBeLessThan(10)
    expect(marginAbove(10, 2.51)).toBe(Number.POSITIVE_INFINITY)
  })

  test('reaches the limit exactly at the decisive margin', () => {
    expect(10 + marginAbove(10, decisiveMargin(10, 12))).toBeCloseTo(12, 9)
    expect(decisiveMargin(10, 8)).toBe(2)
  })

  test.each([2, 10, 100])('needs a quarter of the mean to decide a limit of %d times the mean', (times) => {
    expect(decisiveMargin(10, 10 * times)).toBe(2.5)
    expect(10 + marginAbove(10, 2.499)).toBeLessThan(10 * times)
    expect(10 + marginAbove(10, 2.501)).toBe(Number.POSITIVE_INFINITY)
  })
})

/**
 * Excludes heavy-tailed queues, because a run of this length does not show their mean: `docs/calibration/mean.md` has
 * their share of wrong passes.
 */
const LIGHT_TAILED = MEAN_PROCESSES.filter(({ isHeavyTailed }) => isHeavyTailed !== true)

describe('the bounds of a mean', () => {
  // If each of 300 verdicts is wrong with a probability of 5%, more than 28 are wrong about once in a thousand times.
  test.each(LIGHT_TAILED)(
    'give at most 28 of 300 wrong verdicts on each side with 10 000 requests of $name',
    (process) => {
      const { pass, fail } = wrongMeanVerdicts(process, 10_000, 300)
      expect(pass).toBeLessThanOrEqual(28)
      expect(fail).toBeLessThanOrEqual(28)
    },
  )

  test.each(LIGHT_TAILED)('give at most 28 of 300 wrong passes with 1 000 requests of $name', (process) => {
    expect(wrongMeanVerdicts(process, 1_000, 300).pass).toBeLessThanOrEqual(28)
  })
})
