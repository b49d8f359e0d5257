import { expect, test } from 'vitest'
import { carriesRate, patternDuration, patternIssues, curveFrom } from './index.ts'

const quadratic = {
  name: 'quadratic',
  durationMs: 10_000,
  rateAt: (tMs: number) => 3 * (tMs / 1_000) ** 2,
  expectedBy: (tMs: number) => (Math.min(tMs, 10_000) / 1_000) ** 3,
}

const planned = { durationMs: 5, seed: 'a' }

test('uses the formulas and the duration of a custom pattern', () => {
  expect(patternIssues(quadratic, 'pattern')).toEqual([])
  const curve = curveFrom(quadratic, planned)
  expect(curve).toMatchObject({ name: 'quadratic', durationMs: 10_000 })
  expect([curve.rateAt(2_000), curve.expectedBy(2_000), curve.timeOf]).toEqual([12, 8, undefined])
  expect(patternDuration(quadratic)).toBe(10_000)
  expect(carriesRate(quadratic)).toBe(true)
})

test('derives the mean and the peak of a custom pattern from its formulas', () => {
  expect(curveFrom(quadratic, planned).meanRps).toBeCloseTo(100, 9)
  expect(curveFrom(quadratic, planned).peakRps).toBeCloseTo(300, 9)
})

test('keeps the inverse and the phases of a custom pattern', () => {
  const phases = [{ name: 'all', startMs: 0, endMs: 10_000 }]
  const curve = curveFrom({ ...quadratic, timeOf: (count: number) => 1_000 * Math.cbrt(count), phases }, planned)
  expect([curve.timeOf?.(8), curve.phases]).toEqual([2_000, phases])
})

test('finds a burst of 5 s in a day from Λ', () => {
  const [startMs, endMs] = [40_000_123, 40_005_123]
  const spike = {
    name: 'spike',
    durationMs: 86_400_000,
    rateAt: (tMs: number) => (tMs >= startMs && tMs < endMs ? 800 : 2),
    expectedBy: (tMs: number) => (2 * tMs + 798 * Math.min(Math.max(tMs - startMs, 0), endMs - startMs)) / 1_000,
  }
  expect(curveFrom(spike, planned).peakRps).toBe(800)
})

test.each([
  { what: 'no formulas', change: { rateAt: 5, expectedBy: undefined }, keys: ['pattern.rateAt', 'pattern.expectedBy'] },
  { what: 'no duration', change: { durationMs: '10s' }, keys: ['pattern.durationMs'] },
  { what: 'a start that is not 0', change: { expectedBy: (t: number) => 1 + t }, keys: ['pattern.expectedBy'] },
  {
    what: 'a count that decreases',
    change: { expectedBy: (t: number) => Math.sin(t / 1_000) },
    keys: ['pattern.expectedBy'],
  },
  {
    what: 'a count that is not a number',
    change: { expectedBy: (t: number) => (t > 0 ? Number.NaN : 0) },
    keys: ['pattern.expectedBy'],
  },
  { what: 'a negative rate', change: { rateAt: () => -1 }, keys: ['pattern.rateAt'] },
  { what: 'seconds instead of ms', change: { expectedBy: (t: number) => t ** 3 }, keys: ['pattern.expectedBy'] },
  { what: 'an inverse that does not invert', change: { timeOf: (n: number) => n }, keys: ['pattern.timeOf'] },
])('rejects a pattern with $what', ({ change, keys }) => {
  expect(patternIssues({ ...quadratic, ...change }, 'pattern').map(({ key }) => key)).toEqual(keys)
})
