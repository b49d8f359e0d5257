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

test('the walk starts at the rate, steps by at most 20% of it, and stays within 10% and 200%', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const rates = stairs(seed, { rate: 40 })
      expect(rates[0]).toBe(40)
      for (const [i, rate] of rates.entries()) {
        expect(Math.abs(rate - (rates[i - 1] ?? 40))).toBeLessThanOrEqual(8 + 1e-9)
        expect(rate).toBeGreaterThanOrEqual(4)
        expect(rate).toBeLessThanOrEqual(80)
      }
    }),
  )
})

test('the walk does not stay at its bounds', () => {
  const rates = stairs('a', { rate: 40, step: 1 }, 5_000)
  expect(rates.filter((rate) => rate === 4 || rate === 80).length).toBeLessThan(5)
  expect(Math.min(...rates)).toBeLessThan(5)
  expect(Math.max(...rates)).toBeGreaterThan(79)
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

test('random-walk as a name steps by up to 20% each second, between 10% and 200% of the rate', () => {
  expect(rateParameterOf('random-walk')).toBe('rate')
  expect(randomWalk({ rate: 80 })).toEqual(randomWalk({ rate: 80, step: 0.2, everyMs: 1_000, min: 0.1, max: 2 }))
})
