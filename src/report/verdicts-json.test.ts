import { expect, test } from 'vitest'
import type { VerdictsFile } from '../model/verdicts-file.ts'
import { environment, recordOf, resultOf } from './run-record.builder.ts'
import { runRecords, type TestedLoad } from './run-records.ts'
import { verdictsJson } from './verdicts-json.ts'

function fileOf(...loads: readonly TestedLoad[]): VerdictsFile {
  return JSON.parse(verdictsJson.render(runRecords(loads, environment)) ?? '') as VerdictsFile
}

const at = { file: 'a.test.ts', line: 8, column: 20 } as const
const failed = recordOf().verdicts.map((verdict) => Object.assign({}, verdict, { at }))
const passed = { result: 0, test: 'b', matcher: 'toHaveNoErrors', verdict: 'pass', message: 'no errors' } as const

test('has for each verdict its codes, figures, evidence, place and the command that repeats it, failures first', () => {
  const rerun = 'npx vitest run a.test.ts'
  const { verdicts, counts } = fileOf(
    { test: 'b', state: 'passed', record: recordOf({ verdicts: [passed] }) },
    { test: 'a', state: 'failed', rerun, record: recordOf({ verdicts: failed }) },
  )
  expect(counts).toEqual({ pass: 1, fail: 1, inconclusive: 0, invalid: 0 })
  expect(verdicts.map(({ verdict, state }) => [verdict, state])).toEqual([
    ['fail', 'failed'],
    ['pass', 'passed'],
  ])
  expect(verdicts[0]).toEqual({
    suite: 'load',
    test: 'checkout API > holds 500 req/s',
    state: 'failed',
    matcher: 'toHaveP99Below',
    verdict: 'fail',
    red: true,
    reasons: [],
    doubts: [],
    errorClasses: { connect: 3 },
    summary:
      'expected p99 response time below 50 ms, was 83.2 ms (90% interval 79.0–90.4 ms, n = 14 970, effective 2 140)',
    evidence: ['offered 500 req/s, achieved 499 req/s, 0 dropped, 3 errors (connect 3)'],
    result: 'checkout API > holds 500 req/s',
    figures: {
      offeredRps: 500,
      achievedRps: 499.9,
      rateUnit: 'req/s',
      requests: 15_000,
      errors: 3,
      dropped: 0,
      errorRate: 0.0002,
      p50Ms: 12.1,
      p95Ms: 40.2,
      p99Ms: 83.2,
    },
    at: { file: 'a.test.ts', line: 8, column: 20 },
    seed: '8f2c1e',
    rerun,
  })
})

test('has null instead of a time that was not measured, and no place or command that the host does not know', () => {
  const nothing = recordOf({ results: [resultOf({ responseTime: { count: 0 } })] })
  const [verdict] = fileOf({ test: 'a', record: nothing }).verdicts
  expect(verdict?.figures).toMatchObject({ p50Ms: null, p95Ms: null, p99Ms: null })
  expect(Object.keys(verdict ?? {})).not.toContain('rerun')
  expect(Object.keys(verdict ?? {})).not.toContain('at')
})

test('has the rates of journeys with their unit, and no offered rate in the closed model', () => {
  const figuresOf = (change: Parameters<typeof resultOf>[0]): object | undefined =>
    fileOf({ test: 'a', record: recordOf({ results: [resultOf(change)] }) }).verdicts[0]?.figures
  const journeys = resultOf({ offeredRps: 10, achievedRps: 9.5 })
  expect(figuresOf({ journeys })).toMatchObject({ offeredRps: 10, achievedRps: 9.5, rateUnit: 'journeys/s' })
  const closed = { offeredRps: null, achievedRps: 499.9, rateUnit: 'req/s' }
  expect(figuresOf({ arrivals: 'closed' })).toMatchObject(closed)
})

test('gives each verdict the figures of its own result', () => {
  const verdicts = [1, 0].map((result) => Object.assign({}, passed, { result }))
  const record = recordOf({ results: [resultOf({ seed: 'first' }), resultOf({ seed: 'second' })], verdicts })
  const runs = [
    { test: 'a', record: recordOf() },
    { test: 'b', rerun: 'again', record },
  ]
  expect(fileOf(...runs).verdicts.map(({ seed, rerun }) => [seed, rerun])).toEqual([
    ['8f2c1e', undefined],
    ['second', 'again'],
    ['first', 'again'],
  ])
})
