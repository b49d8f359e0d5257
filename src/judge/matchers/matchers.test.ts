import { describe, expect, expectTypeOf, test } from 'vitest'

import { baselineOf, repeatedRuns, sourceOf } from '../comparison/baseline.builder.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { matchers, type LoadMatchers } from './index.ts'
import { call, describeMatcher, type MatcherCalls, type MatcherName, result } from './matchers.conformance.ts'

/** A matcher that is not listed here calls `describeMatcher` in a separate test file. */
const calls = {
  toSustainRps: { holding: [400], broken: [450] },
  toHaveP50Below: { holding: [20], broken: [12] },
  toHaveP90Below: { holding: [25], broken: [12] },
  toHaveP95Below: { holding: [25], broken: [12] },
  toHaveP99Below: { holding: [25], broken: [12] },
  toHaveP999Below: { holding: [25], broken: [12] },
  toHavePercentileBelow: { holding: [75, 25], broken: [75, 12] },
  toHaveMeanBelow: { holding: [20], broken: [12] },
  toHaveMaxBelow: { holding: [25], broken: [12] },
  toHaveErrorRateBelow: { holding: [0.2], broken: [0.000_1] },
  toHaveSuccessRateAbove: { holding: [0.8], broken: [0.999_9] },
  toHaveNoErrors: { holding: [] },
  toHaveNoDroppedRequests: { holding: [] },
  toMeetSla: { holding: [], broken: [{ p99Ms: 12 }] },
  toStayBelowCpu: { holding: [50], broken: [30] },
  toStayBelowMemory: { holding: [128], broken: [64] },
  toHaveNoMemoryGrowth: { holding: [] },
  toRecoverWithin: { holding: [1_000] },
  toNotRegressFrom: {
    holding: [sourceOf(baselineOf(repeatedRuns(result)))],
    broken: [sourceOf(baselineOf(repeatedRuns(result, 0.5)))],
  },
} as const satisfies Partial<Record<MatcherName, MatcherCalls>>

for (const [name, examples] of Object.entries(calls)) describeMatcher(name as MatcherName, examples)

test.each(Object.keys(matchers))('%s rejects a call without arguments on anything that is not a result', (name) => {
  expect(() => call(name as MatcherName, { p99: 12 }, [])).toThrow(LoadMatcherError)
})

test('toRecoverWithin rejects parts of a run that share its phases with other requests', () => {
  const { recovery } = result.phases
  const all = result.operations['GET /']
  if (all === undefined) throw new Error('the run has no operation')
  const run = { ...result, operations: { read: { ...all, requestsScheduled: 500 } }, journeys: { ...all } }
  expect(() => matchers.toRecoverWithin(result, 1_000)).not.toThrow()
  expect(() => matchers.toRecoverWithin(recovery, 1_000)).toThrowErrorMatchingInlineSnapshot(`
    [LoadMatcherError: toRecoverWithin() judges whole results, because only these are divided into phases, got figures of phase "recovery"
        → write expect(result).toRecoverWithin(1000)]
  `)
  expect(() => matchers.toRecoverWithin(run, 1_000)).not.toThrow()
  expect(() => matchers.toRecoverWithin(run.operations.read, 1_000)).toThrow(/got figures of operation "read"\n/)
  expect(() => matchers.toRecoverWithin(run.journeys, 1_000)).toThrow(/got figures of the journeys\n/)
})

describe('arguments', () => {
  const error = (name: string, ...args: readonly unknown[]): string => {
    try {
      call(name as MatcherName, result, args)
      return 'accepted'
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'ERR_LOAD_MATCHER_ARGUMENT' })
      return String(thrown)
    }
  }

  /** Matchers whose first argument is a number, except for the rate that may be 0. */
  const numeric = Object.entries(calls).flatMap(
    ([
      name,
      {
        holding: [first],
      },
    ]) => (typeof first === 'number' && name !== 'toHaveSuccessRateAbove' ? [name] : []),
  )

  test.each(numeric)('%s rejects anything but a number in range', (name) => {
    for (const value of [undefined, null, '50', Number.NaN, -1, 0, Infinity]) {
      expect(error(name, value)).toMatch(
        new RegExp(`LoadMatcherError: ${name}\\(\\) takes .*\\n    → write ${name}\\(`, 'u'),
      )
    }
  })

  test.each([undefined, null, '0.9', Number.NaN, -0.1, 1, Infinity])('toHaveSuccessRateAbove rejects %s', (value) => {
    expect(error('toHaveSuccessRateAbove', value)).toContain('takes a ratio of at least 0 and less than 1')
  })

  /** Every option, with the arguments before it. */
  const options = [
    ['toSustainRps', [400], 'within', [0, 1]],
    ['toHaveP99Below', [50], 'confidence', [0, 0.5, 1]],
    ['toHaveP99Below', [50], 'of', ['target']],
    ['toHavePercentileBelow', [75, 50], 'confidence', [0, 0.5, 1]],
    ['toHaveMeanBelow', [50], 'confidence', [0, 0.5, 1]],
    ['toHaveMaxBelow', [50], 'of', ['target']],
    ['toHaveErrorRateBelow', [0.5], 'confidence', [0, 0.5, 1]],
    ['toHaveSuccessRateAbove', [0.5], 'confidence', [0, 0.5, 1]],
    ['toNotRegressFrom', [sourceOf(undefined)], 'tolerance', [0, 10]],
    ['toNotRegressFrom', [sourceOf(undefined)], 'metric', ['p98', [], ['p50', 'p50']]],
    ['toNotRegressFrom', [sourceOf(undefined)], 'confidence', [0, 0.5, 1]],
    ['toMeetSla', [], 'p99Ms', [0]],
    ['toMeetSla', [], 'errorRate', [1]],
    ['toMeetSla', [], 'rps', [0]],
  ] as const

  test.each(options)('%s(%j) rejects values out of range for its option %s', (name, args, option, values) => {
    for (const value of [...values, null, '0.9', Number.NaN, -1, Infinity]) {
      const message = error(name, ...args, { [option]: value })
      expect(message).toContain(`${name}() option ${option} must be `)
      expect(message).toContain(`\n    → write { ${option}: `)
    }
  })

  test('options must be an object', () => {
    for (const value of [null, 5, 'within', [0.01]]) {
      expect(error('toSustainRps', 50, value)).toContain('toSustainRps() takes an options object, got ')
    }
  })

  test('are rejected with the value, the rule and a remedy', () => {
    expect(error('toHaveP99Below', '50')).toMatchInlineSnapshot(`
      "LoadMatcherError: toHaveP99Below() takes a number of milliseconds greater than 0, got '50'
          → write toHaveP99Below(250)"
    `)
    expect(error('toHavePercentileBelow', 0.99, 250)).toMatchInlineSnapshot(`
      "LoadMatcherError: toHavePercentileBelow() takes a percentile of at least 1 and less than 100, got 0.99
          → write toHavePercentileBelow(99, 250)"
    `)
    // A percentage of 1: as a ratio, it would be met by every run.
    expect(error('toHaveErrorRateBelow', 1)).toMatchInlineSnapshot(`
      "LoadMatcherError: toHaveErrorRateBelow() takes a ratio greater than 0 and less than 1 (toHaveNoErrors allows no errors), got 1
          → write toHaveErrorRateBelow(0.01)"
    `)
    expect(error('toHaveP99Below', 50, { off: 'service' })).toMatchInlineSnapshot(`
      "LoadMatcherError: toHaveP99Below() has no option 'off'
          → available options: of, confidence"
    `)
    expect(error('toHaveP99Below', 50, { of: 'target' })).toMatchInlineSnapshot(
      `
      "LoadMatcherError: toHaveP99Below() option of must be 'response' or 'service', got 'target'
          → write { of: 'service' }, or leave it out"
    `,
    )
    expect(error('toHaveP99Below', 50, 'service')).toMatchInlineSnapshot(`
      "LoadMatcherError: toHaveP99Below() takes an options object, got 'service'
          → available options: of, confidence"
    `)
    expect(error('toSustainRps', 50, { within: 0 })).toMatchInlineSnapshot(`
      "LoadMatcherError: toSustainRps() option within must be a ratio greater than 0 and less than 1 (no run can show a shortfall of exactly 0), got 0
          → write { within: 0.01 }, or leave it out"
    `)
    expect(error('toHaveMaxBelow', 50, { confidence: 0.9 })).toMatchInlineSnapshot(`
      "LoadMatcherError: toHaveMaxBelow() has no option 'confidence'
          → available options: of"
    `)
    expect(error('toMeetSla', { p98Ms: 20 })).toMatchInlineSnapshot(`
      "LoadMatcherError: toMeetSla() has no option 'p98Ms'
          → available options: p50Ms, p75Ms, p90Ms, p95Ms, p99Ms, p999Ms, errorRate, rps"
    `)
    expect(error('toMeetSla', { p99Ms: '20' })).toMatchInlineSnapshot(
      `
      "LoadMatcherError: toMeetSla() option p99Ms must be a number of milliseconds greater than 0, got '20'
          → write { p99Ms: 250 }, or leave it out"
    `,
    )
  })

  test('toMeetSla rejects a plan without a service level with a remedy', () => {
    const plain = resultOf({ batches: evenBatches(40, 10, () => 10) })
    expect(() => matchers.toMeetSla(plain)).toThrowErrorMatchingInlineSnapshot(`
      [LoadMatcherError: toMeetSla() needs a service level, and neither its argument nor the plan contains one
          → add sla: { p99Ms: 250, errorRate: 0.01 } to the plan, or pass it to the matcher]
    `)
  })

  test('the first line of the stack contains the error code', () => {
    try {
      matchers.toHaveNoErrors(5)
      expect.unreachable()
    } catch (thrown) {
      expect(thrown instanceof Error && thrown.stack?.split('\n')[0]).toMatch(
        /^LoadMatcherError \[ERR_LOAD_MATCHER_SUBJECT\]/,
      )
    }
  })
})

test('the matcher types are derived from the functions, without the subject', () => {
  type Matchers = LoadMatchers<void>
  expectTypeOf<keyof Matchers>().toEqualTypeOf<keyof typeof matchers>()
  expectTypeOf<Matchers['toHaveNoErrors']>().toEqualTypeOf<() => void>()
  expectTypeOf<Parameters<Matchers['toHavePercentileBelow']>>().toExtend<readonly [number, number, unknown?]>()
  expectTypeOf<LoadMatchers<Promise<void>>['toSustainRps']>().returns.toEqualTypeOf<Promise<void>>()
})
