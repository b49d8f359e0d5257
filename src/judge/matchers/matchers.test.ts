import { describe, expect, expectTypeOf, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenStretches, resultOf } from '../result.case.ts'
import { matchers, type LoadMatchers } from './index.ts'

const result = resultOf({
  stretches: evenStretches(40, 100, (i) => 10 + (i % 10)),
  plan: { sla: { p99Ms: 50, errorRate: 0.2 } },
  phases: { baseline: [0, 10], overload: [10, 14], recovery: [14, 40] },
  rest: { target: watched(40, () => 100) },
})

/** A target that was monitored for `seconds`, with its memory in each second. */
function watched(seconds: number, rssMb: (second: number) => number): LoadResult['target'] {
  const sample = (second: number) => ({
    atMs: (second + 1) * 1_000,
    cpuPercent: 40,
    busiestProcessCpuPercent: 40,
    rssMb: rssMb(second),
    openSockets: 4,
    threads: 11,
    bytesIn: null,
    bytesOut: null,
  })
  return { url: 'http://127.0.0.1:3000/', pids: [7], samples: Array.from({ length: seconds }, (_, i) => sample(i)) }
}

/** A run in which half of the requests fail or are dropped. */
const failing = resultOf({
  stretches: eachWith(
    evenStretches(40, 100, () => 10),
    () => ({ errors: { connect: 50 }, dropped: { overflow: 50 } }),
  ),
  rest: { target: watched(40, (second) => 100 + 2 * second) },
})

/**
 * For every matcher: arguments with which it passes on `result`, and arguments with which it does not pass. A matcher
 * with `undefined` instead of the latter is called on `failing`.
 */
const calls = {
  toSustainRps: [[400], [450]],
  toHaveP50Below: [[20], [12]],
  toHaveP90Below: [[25], [12]],
  toHaveP95Below: [[25], [12]],
  toHaveP99Below: [[25], [12]],
  toHaveP999Below: [[25], [12]],
  toHavePercentileBelow: [
    [75, 25],
    [75, 12],
  ],
  toHaveMeanBelow: [[20], [12]],
  toHaveMaxBelow: [[25], [12]],
  toHaveErrorRateBelow: [[0.2], [0.000_1]],
  toHaveSuccessRateAbove: [[0.8], [0.999_9]],
  toHaveNoErrors: [[], undefined],
  toHaveNoDroppedRequests: [[], undefined],
  toMeetSla: [[], [{ p99Ms: 12 }]],
  toStayBelowCpu: [[50], [30]],
  toStayBelowMemory: [[128], [64]],
  toHaveNoMemoryGrowth: [[], undefined],
  toRecoverWithin: [[1_000], undefined],
} as const satisfies Record<keyof typeof matchers, readonly [readonly unknown[], readonly unknown[] | undefined]>

function call(name: string, received: unknown, args: readonly unknown[]) {
  const matcher = Object.entries(matchers).find(([known]) => known === name)?.[1] as (
    received: unknown,
    ...args: readonly unknown[]
  ) => ReturnType<typeof matchers.toHaveNoErrors>
  return matcher(received, ...args)
}

describe.each(Object.entries(calls))('%s', (name, [holding, broken]) => {
  test('passes when its claim holds, for the result and for its operation', () => {
    expect(call(name, result, holding).verdict).toBe('pass')
    expect(call(name, result.operations['GET /'], holding).verdict).toBe('pass')
    expect(call(name, result.operations['GET /'], holding).claim).toContain('of operation "GET /"')
  })

  test('does not pass when its claim does not hold', () => {
    expect(call(name, broken === undefined ? failing : result, broken ?? holding).verdict).not.toBe('pass')
  })

  test('rejects anything that is not a result with ERR_LOAD_MATCHER_SUBJECT', () => {
    const refusal = expect.objectContaining({
      code: 'ERR_LOAD_MATCHER_SUBJECT',
      message: expect.stringContaining(name),
    })
    expect(() => call(name, { p99: 12 }, holding)).toThrow(refusal)
  })
})

describe('arguments', () => {
  const error = (name: string, ...args: readonly unknown[]): string => {
    try {
      call(name, result, args)
      return 'accepted'
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'ERR_LOAD_MATCHER_ARGUMENT' })
      return String(thrown)
    }
  }

  /** Matchers whose first argument is a number, except for the rate that may be 0. */
  const numeric = Object.entries(calls).flatMap(([name, [[first]]]) =>
    typeof first === 'number' && name !== 'toHaveSuccessRateAbove' ? [name] : [],
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
    expect(error('toHaveErrorRateBelow', 5)).toMatchInlineSnapshot(`
      "LoadMatcherError: toHaveErrorRateBelow() takes a ratio greater than 0 and at most 1 (toHaveNoErrors allows no errors), got 5
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
    const plain = resultOf({ stretches: evenStretches(40, 10, () => 10) })
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
