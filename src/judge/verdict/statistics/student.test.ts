import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { incompleteBeta } from './incomplete-beta.ts'
import { normalQuantile, studentQuantile } from './student.ts'

describe("the quantile of Student's t", () => {
  // Tables of Student's t (NIST/SEMATECH e-Handbook 1.3.6.7.2), with more digits from SciPy 1.x `stats.t.ppf`.
  test.each([
    [0.75, 1, 1],
    [0.975, 1, 12.706_204_74],
    [0.9999, 1, 3_183.098_757],
    [0.975, 2, 4.302_652_73],
    [0.9999, 2, 70.700_071_07],
    [0.9999, 3, 22.203_742_27],
    [0.975, 5, 2.570_581_836],
    [0.99, 10, 2.763_769_458],
    [0.6, 10, 0.260_184_829_5],
    [0.95, 19, 1.729_132_812],
    [0.999, 20, 3.551_808_343],
    [0.995, 30, 2.749_995_654],
    [0.9999, 100, 3.861_599_791],
    [0.975, 1_000, 1.962_339_081],
    [0.9, 10_000, 1.281_636_23],
    [0.9999, 1_000_000, 3.719_030_275],
  ])('at %f with %i degrees of freedom agrees with the published value %f', (p, freedom, published) => {
    expect(Math.abs(studentQuantile(p, freedom) / published - 1)).toBeLessThan(2e-9)
  })

  test('is symmetric around 0', () => {
    expect(studentQuantile(0.5, 7)).toBe(0)
    expect(studentQuantile(0.025, 7)).toBeCloseTo(-studentQuantile(0.975, 7), 9)
  })

  test('inverts the distribution within 1e-6 for any degrees of freedom from 1 to a million', () => {
    const cases = fc.record({
      p: fc.double({ min: 0.500_1, max: 0.999_9, noNaN: true }),
      logFreedom: fc.double({ min: 0, max: 6, noNaN: true }),
    })
    fc.assert(
      fc.property(cases, ({ p, logFreedom }) => {
        const freedom = 10 ** logFreedom
        const t = studentQuantile(p, freedom)
        const tail = incompleteBeta(freedom / (freedom + t * t), (t * t) / (freedom + t * t), freedom / 2, 0.5) / 2
        expect(Math.abs(tail / (1 - p) - 1)).toBeLessThan(1e-6)
      }),
      { numRuns: 200 },
    )
  })
})

test('the normal quantile agrees with the published values', () => {
  const published = [
    [0.500_1, 0.000_250_662_830_088],
    [0.75, 0.674_489_750_196],
    [0.95, 1.644_853_626_95],
    [0.975, 1.959_963_984_54],
    [0.999, 3.090_232_306_17],
    [0.9999, 3.719_016_485_46],
    [0.999_999, 4.753_424_308_82],
  ] as const
  for (const [p, z] of published) {
    expect(Math.abs(normalQuantile(p) / z - 1)).toBeLessThan(2e-9)
    expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 7)
  }
})

test.each([
  [0.3, 2, 3, 0.3483],
  [0.5, 0.5, 0.5, 0.5],
  [0.9, 10, 0.5, 0.151_640_909_635],
  [0.001, 0.1, 5, 0.612_898_359_375],
  [0.5, 100_000, 100_200, 0.672_559_265_608],
])('I_%f(%f, %f) is %f', (x, a, b, published) => {
  expect(incompleteBeta(x, 1 - x, a, b) / published).toBeCloseTo(1, 9)
})
