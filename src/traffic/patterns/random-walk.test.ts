import fc from 'fast-check'
import { expect, test } from 'vitest'
import { patternIssues, curveFrom, randomWalk, rateParameterOf } from './index.ts'
import { describePattern } from './patterns.conformance.ts'

describePattern(randomWalk({ rate: 20 }))
describePattern(randomWalk({ rate: 10, step: 5, min: 0, max: 3, everyMs: 170 }))

function stairs(seed: string, options: Parameters<typeof randomWalk>[0], count = 60): readonly number[] {
  const everyMs = options.everyMs ?? 1_000
  const pattern = curveFrom(randomWalk(options), { durationMs: count * everyMs, seed })
  return Array.from({ length: count }, (_, i) => pattern.rateAt((i + 0.5) * everyMs))
}

test('the walk steps by at most 20% of the rate, and stays within 10% and 200%', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const rates = stairs(seed, { rate: 40 })
      for (const [i, rate] of rates.entries()) {
        expect(Math.abs(rate - (rates[i - 1] ?? rate))).toBeLessThanOrEqual(8 + 1e-9)
        expect(rate).toBeGreaterThanOrEqual(4)
        expect(rate).toBeLessThanOrEqual(80)
      }
    }),
    { numRuns: 30 },
  )
})

test('every walk has as many arrivals as a constant rate', () => {
  const options = fc.record({
    rate: fc.double({ min: 1, max: 1_000, noNaN: true }),
    step: fc.double({ min: 0.01, max: 5, noNaN: true }),
    min: fc.double({ min: 0, max: 1, noNaN: true }),
    max: fc.double({ min: 1, max: 5, noNaN: true }),
    everyMs: fc.double({ min: 10, max: 2_000, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.string(), options, fc.integer({ min: 500, max: 60_000 }), (seed, walk, durationMs) => {
      const pattern = curveFrom(randomWalk(walk), { durationMs, seed })
      const expected = (walk.rate * durationMs) / 1_000
      expect(Math.abs(pattern.expectedBy(durationMs) - expected)).toBeLessThan(1e-9 * expected)
    }),
    { numRuns: 30 },
  )
})

test('the walk does not stay at its bounds', () => {
  const rates = stairs('a', { rate: 40, step: 1 }, 5_000)
  // The shift to the mean moves some of the steps near one bound to it.
  expect(rates.filter((rate) => rate === 4 || rate === 80).length / rates.length).toBeLessThan(0.05)
  expect(Math.min(...rates)).toBeLessThan(5)
  expect(Math.max(...rates)).toBeGreaterThan(75)
})

test('the same seed gives the same walk, another seed a different one', () => {
  expect(stairs('a', { rate: 40 })).toEqual(stairs('a', { rate: 40 }))
  expect(stairs('a', { rate: 40 })).not.toEqual(stairs('b', { rate: 40 }))
})

test('starts at the nearer bound if the bounds exclude the rate', () => {
  expect(stairs('a', { rate: 10, min: 1.5, max: 2 })[0]).toBe(15)
})

test('rejects a lower bound above the upper one', () => {
  expect(patternIssues(randomWalk({ rate: 10, min: 3 }), 'pattern')).toEqual([
    { key: 'pattern.min', value: 3, rule: 'must not be above max (2)' },
  ])
})

test('random-walk as a name steps each second, between 10% and 200% of the rate', () => {
  expect(rateParameterOf('random-walk')).toBe('rate')
  expect(stairs('a', { rate: 80 })).toEqual(stairs('a', { rate: 80, step: 0.2, everyMs: 1_000, min: 0.1, max: 2 }))
})

test('takes at least 20 steps in a short run', () => {
  const pattern = curveFrom(randomWalk({ rate: 80 }), { durationMs: 4_000, seed: 'a' })
  const rates = Array.from({ length: 20 }, (_, i) => pattern.rateAt((i + 0.5) * 200))
  expect(new Set(rates).size).toBeGreaterThan(18)
  expect(pattern.rateAt(201)).toBe(pattern.rateAt(399))
})
