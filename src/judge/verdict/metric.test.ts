import { describe, expect, test } from 'vitest'
import { encodeValues } from '../../model/hdr-codec.ts'
import type { MetricFigures } from '../../model/metric.ts'
import type { LoadResult } from '../../model/result.ts'
import { bucketOfValue, resolutionFor } from '../../model/value-buckets.ts'
import { adoptResult } from '../subject.ts'
import { judge } from '../outcome.ts'
import { matchers } from '../matchers/index.ts'
import { call as callMatcher } from '../matchers/matchers.conformance.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { randomOf } from './queue.builder.ts'

const BATCH_MS = 250

/** A metric with these values in each batch of 250 ms. */
function metricOf(batches: readonly (readonly number[])[], unit = 'items'): MetricFigures {
  const all = batches.flat().toSorted((a, b) => a - b)
  const count = all.length
  const mean = all.reduce((sum, value) => sum + value, 0) / count
  const at = (share: number): number => all[Math.max(0, Math.ceil(share * count - 1e-9) - 1)] ?? 0
  const sparse = (values: readonly number[]) => {
    const filled = Map.groupBy(values.map(bucketOfValue), (bucket) => bucket)
    const buckets = [...filled.keys()].toSorted((a, b) => a - b)
    return { buckets, counts: buckets.map((bucket) => filled.get(bucket)?.length ?? 0) }
  }
  const resolution = resolutionFor(sparse(all).buckets)
  const encoded = (values: readonly number[]): string => encodeValues(sparse(values), resolution)
  return {
    name: 'cart_size',
    unit,
    count,
    min: at(0),
    mean,
    stddev: Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count),
    p50: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    histogram: encoded(all),
    resolution,
    batches: { startMs: 0, lengthMs: BATCH_MS, values: batches.map(encoded) },
  }
}

interface RunCase {
  readonly batches?: number
  readonly perBatch?: number
  readonly unit?: string
  readonly rest?: Partial<LoadResult>
}

/** A run of 12 s, or of `batches` times 250 ms, in which `valueOf` gives the values. */
function runWith(
  valueOf: (i: number) => number,
  { batches = 48, perBatch = 20, unit = 'items', rest = {} }: RunCase = {},
): MetricFigures {
  const values = evenBatches(batches, perBatch, valueOf).map(({ responsesMs }) => responsesMs)
  const metric = metricOf(values, unit)
  const run = resultOf({
    batches: evenBatches(batches, 20, () => 10),
    rest: { ...rest, metrics: { cart_size: metric } },
  })
  adoptResult(run)
  return metric
}

/** Sizes from 1 to 50, independent of each other. */
function sizes(): (i: number) => number {
  const random = randomOf(3)
  return () => 1 + Math.floor(50 * random())
}

function said(verdict: Parameters<typeof judge>[0], isNot = false): string {
  return judge(verdict, isNot, 'fail').message()
}

describe('a metric', () => {
  test('over its limit: prints its name and unit', () => {
    expect(said(matchers.toHaveP95Below(runWith(sizes()), 30))).toMatchInlineSnapshot(`
      "expected p95 of cart_size below 30 items, was 48 items (90% interval 47–49 items, n = 960, effective 604)
        offered 80 req/s, achieved 80 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('below its limit with .not: prints its name and unit', () => {
    expect(said(matchers.toHaveMeanBelow(runWith(sizes()), 30), true)).toMatchInlineSnapshot(`
      "expected mean of cart_size not below 30 items, was 25.5 items (90% interval 24.6–26.6 items, n = 960, effective 713)
        offered 80 req/s, achieved 80 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('close to its limit: counts values in its advice', () => {
    expect(
      said(
        matchers.toHaveP99Below(
          runWith((i) => (i % 100 === 0 ? 41 : 10)),
          41,
        ),
      ),
    ).toMatchInlineSnapshot(`
      "inconclusive: p99 of cart_size below 41 items is not proven by 960 values in 12 s (leans to fail)
        was 41 items (90% interval 10–41 items, n = 960, effective 960)
        about 157 440 more values would decide (duration: '1980s')
        offered 80 req/s, achieved 80 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('in a run that is too short for a proof: is inconclusive', () => {
    const metric = runWith((i) => i % 10, { batches: 8 })
    expect(matchers.toHaveP95Below(metric, 20)).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(matchers.toHaveMeanBelow(metric, 20)).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
  })

  test.each([
    ['toHaveP50Below', [30]],
    ['toHaveP90Below', [48]],
    ['toHaveP95Below', [50]],
    ['toHaveP99Below', [60]],
    ['toHaveP999Below', [2_000]],
    ['toHavePercentileBelow', [75, 44]],
    ['toHaveMeanBelow', [28]],
    ['toHaveMaxBelow', [50.5]],
  ] as const)('%s(%j) passes, and fails with a hundredth of the limit', (name, args) => {
    const metric = runWith(sizes(), { perBatch: 100 })
    const call = (given: readonly number[]) => callMatcher(name, metric, given)
    expect(call(args)).toMatchObject({ verdict: 'pass' })
    expect(call([...args.slice(0, -1), (args.at(-1) ?? 0) / 100])).toMatchObject({ verdict: 'fail' })
  })

  test('equal to its limit is not below it', () => {
    const metric = runWith(() => 30)
    expect(matchers.toHaveP95Below(metric, 30)).toMatchObject({ verdict: 'fail', reasons: [{ counted: 'value' }] })
    expect(matchers.toHaveP95Below(metric, 30.1)).toMatchObject({ verdict: 'pass' })
    expect(matchers.toHaveMaxBelow(metric, 30)).toMatchObject({ verdict: 'fail' })
    expect(matchers.toHaveMeanBelow(metric, 30)).toMatchObject({ verdict: 'fail' })
  })

  test.each([1e-4, 1, 1e6, 1e9])('is judged alike in any magnitude: %d', (factor) => {
    const metric = runWith((i) => factor * (1 + (i % 10)), { unit: '' })
    expect(matchers.toHaveP95Below(metric, 11 * factor).verdict).toBe('pass')
    expect(matchers.toHaveP95Below(metric, 9 * factor).verdict).toBe('fail')
    expect(matchers.toHaveMeanBelow(metric, 7 * factor).verdict).toBe('pass')
  })

  test('with values that depend on each other counts fewer of them', () => {
    const metric = runWith((i) => (Math.floor(i / 240) % 2 === 0 ? 10 : 50))
    const verdict = matchers.toHaveP50Below(metric, 30)
    expect(verdict).toMatchObject({ verdict: 'inconclusive' })
    expect(said(verdict)).toMatch(/values (are correlated|vary more slowly)/)
  })

  test('of a run without the planned load does not pass, and still fails', () => {
    const rest: Partial<LoadResult> = { ended: 'interrupted', endedBecause: 'interrupted by SIGINT' }
    const metric = runWith(sizes(), { rest })
    expect(matchers.toHaveP95Below(metric, 60).verdict).toBe('invalid')
    expect(matchers.toHaveP95Below(metric, 10).verdict).toBe('fail')
  })

  test('is no subject of matchers that judge requests', () => {
    const metric = runWith(sizes())
    const others = Object.entries(matchers).filter(([name]) => !/toHave(P\d+|Percentile|Mean|Max)Below/.test(name))
    expect(others.length).toBeGreaterThan(10)
    for (const [name, matcher] of others) {
      const args = name === 'toMeetSla' ? [{ p99Ms: 5 }] : [0.5]
      expect(() => Reflect.apply(matcher, undefined, [metric, ...args]), name).toThrow(/cart_size is a metric/)
    }
  })

  test('has limits in its unit, and no response or service time', () => {
    const metric = runWith(sizes())
    expect(() => matchers.toHaveP95Below(metric, -1)).toThrowErrorMatchingInlineSnapshot(`
      [LoadMatcherError: toHaveP95Below() takes a number greater than 0, in the unit of the metric, got -1
          → write toHaveP95Below(30)]
    `)
    expect(() => matchers.toHavePercentileBelow(metric, 95, Number.NaN)).toThrow(/toHavePercentileBelow\(95, 30\)/)
    for (const matcher of [matchers.toHaveP95Below, matchers.toHaveMeanBelow, matchers.toHaveMaxBelow]) {
      expect(() => matcher(metric, 30, { of: 'service' })).toThrow(/has no option 'of'/)
    }
  })
})
