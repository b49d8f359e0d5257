import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromRate, patternIssues, curveFrom } from './index.ts'
import { allArrivals, describePattern } from './patterns.conformance.ts'

const planned = { durationMs: 999, seed: 'a' }

describePattern(fromRate((tMs) => 20 + 10 * Math.cos(tMs / 900), { duration: '20s' }))
describePattern(fromRate((tMs) => (tMs < 4_000 ? 40 : tMs < 7_000 ? 0 : 15), { duration: '12s' }))

/** Curves whose Λ is known exactly. */
const curves = [
  { name: 'a flat line', rate: () => 7, count: (s: number) => 7 * s },
  { name: 'a parabola', rate: (ms: number) => (ms / 1_000) ** 2, count: (s: number) => s ** 3 / 3 },
  {
    name: 'a decay',
    rate: (ms: number) => 500 * Math.exp(-ms / 800),
    count: (s: number) => 400 * (1 - Math.exp(-s / 0.8)),
  },
  {
    name: 'a fast wave',
    rate: (ms: number) => 100 * (1 + Math.sin((2 * Math.PI * ms) / 50)),
    count: (s: number) => 100 * s + (5 / (2 * Math.PI)) * (1 - Math.cos(40 * Math.PI * s)),
  },
  {
    name: 'a step',
    rate: (ms: number) => (ms < 3_333.3 ? 10 : 900),
    count: (s: number) => 10 * Math.min(s, 3.3333) + 900 * Math.max(0, s - 3.3333),
  },
] as const

test.each(curves)('the table of $name gives Λ within 0.1%', ({ rate, count }) => {
  const pattern = curveFrom(fromRate(rate, { duration: '10s' }), planned)
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), (seconds) => {
      const truth = count(seconds)
      expect(Math.abs(pattern.expectedBy(seconds * 1_000) - truth)).toBeLessThanOrEqual(1e-3 * truth + 1e-5 * count(10))
    }),
  )
})

function sizeOf(curve: (tMs: number) => number): number {
  return (fromRate(curve, { duration: '10s' }).timesMs as readonly number[]).length
}

test('the table grows with the curvature and stays limited for noise', () => {
  expect(sizeOf(() => 7)).toBe(257)
  expect(sizeOf((tMs) => 1 + Math.sin(tMs / 1_000))).toBeLessThan(2_000)
  expect(sizeOf((tMs) => 1 + Math.sin(tMs ** 3))).toBeLessThan(140_000)
})

test('the peak of a table equals the peak of its curve', () => {
  const spike = fromRate((tMs) => 10 + 500 * Math.exp(-(((tMs - 6_000) / 200) ** 2)), { duration: '10s' })
  expect(curveFrom(spike, planned).peakRps).toBeCloseTo(510, 0)
})

test('schedules 300 arrivals for a curve of 30/s over 10 s', () => {
  expect(
    allArrivals(
      curveFrom(
        fromRate(() => 30, { duration: '10s', name: 'flat' }),
        planned,
      ),
      'uniform',
    ),
  ).toHaveLength(300)
})

test('reports the time at which a curve returns no valid rate', () => {
  expect(() => fromRate((tMs) => (tMs > 5_000 ? Number.NaN : 10), { duration: '10s' }))
    .toThrowErrorMatchingInlineSnapshot(`
    [LoadPlanError: fromRate must return a finite rate of 0 or more at every time, got NaN
        → it returned this value at 5039.0625 ms]
  `)
})

test('reports a missing duration and a missing curve together', () => {
  const call = fromRate as (curve: unknown, options?: unknown) => unknown
  expect(() => call(7)).toThrowErrorMatchingInlineSnapshot(`
    [LoadPlanError: the plan has 2 issues
      - fromRate must be given a function, got 7
        → fromRate((tMs) => …, { duration })
      - fromRate duration must be milliseconds as a number, or a string such as '500ms', '30s', '5m', '1.5h', more than 0, got undefined
        → fromRate(curve, { duration: '30s' })]
  `)
})

test('rejects a table that was modified', () => {
  const spec = fromRate(() => 30, { duration: '10s' })
  const issuesWith = (change: object): readonly string[] =>
    patternIssues({ ...spec, ...change }, 'pattern').map(({ key }) => key)
  expect(issuesWith({ durationMs: 9_000 })).toEqual(['pattern.timesMs'])
  expect(issuesWith({ ratesRps: [1, 2] })).toEqual(['pattern.ratesRps'])
  expect(issuesWith({ ratesRps: 7 })).toEqual(['pattern.ratesRps'])
  expect(issuesWith({ timesMs: [0, 5_000, 5_000], ratesRps: [1, 2, 3] })).toEqual(['pattern.timesMs'])
  expect(issuesWith({ durationMs: undefined })).toEqual(['pattern.duration'])
})
