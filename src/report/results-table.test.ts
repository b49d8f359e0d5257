import { describe, expect, test } from 'vitest'
import { HOSTILE_NAME, runsOf } from './exports/runs.builder.ts'
import { resultOf } from './run-record.builder.ts'
import { resultsTable } from './results-table.ts'

const NAMES = ['checkout API > holds 500 req/s', 'checkout API > survives a burst of ten times the usual rate']
const VERDICTS = ['pass', 'inconclusive'] as const

function textOf(columns: number): string {
  const runs = runsOf(NAMES.map((name, index) => ({ name, verdict: VERDICTS[index] ?? 'pass', errorRate: 0.02 })))
  return resultsTable(runs, columns)
    .map(({ text }) => text)
    .join('\n')
}

test('has a row per test with its figures and its verdict', () => {
  expect(textOf(140)).toBe(
    `
load test                                                         rate  p50 ms  p95 ms  p99 ms  errors  verdict
checkout API > holds 500 req/s                               500 req/s    50.0    95.0    99.0      2%  pass
checkout API > survives a burst of ten times the usual rate  500 req/s    50.0    95.0    99.0      2%  inconclusive`.trimStart(),
  )
})

test('cuts names so that it fits into a terminal of 80 columns', () => {
  expect(textOf(80)).toBe(
    `
load test                     rate  p50 ms  p95 ms  p99 ms  errors  verdict
… API > holds 500 req/s  500 req/s    50.0    95.0    99.0      2%  pass
…n times the usual rate  500 req/s    50.0    95.0    99.0      2%  inconclusive`.trimStart(),
  )
})

describe('a row', () => {
  test('has the figures of the result that decides', () => {
    const [run] = runsOf([{ name: 'a', verdict: 'fail', achievedRps: 80 }])
    const [, row] = resultsTable(run === undefined ? [] : [run], 140)
    expect(row?.text).toMatch(/^a +80 req\/s .* fail$/)
    expect(row?.verdict).toBe('fail')
  })

  test('has the rate of the journeys if there are any', () => {
    const journeys = resultOf({ achievedRps: 9.5 })
    const [, row] = resultsTable(runsOf([{ name: 'a', achievedRps: 48, journeys }]), 140)
    expect(row?.text).toMatch(/^a +9\.5 journeys\/s /)
  })

  test('is one line, whatever its name is, and has no time that was not measured', () => {
    const [, row] = resultsTable(runsOf([{ name: HOSTILE_NAME, responseTime: { count: 0 } }]), 200)
    expect(row?.text).not.toContain('\n')
    expect(row?.text).toMatch(/ – +– +– .* pass$/)
  })
})

test('there is no table without load tests, and a long one says how many tests it omits', () => {
  expect(resultsTable([], 80)).toEqual([])
  const lines = resultsTable(runsOf(Array.from({ length: 103 }, (_, index) => ({ name: String(index) }))), 80)
  expect(lines.at(-1)?.text).toBe('and 3 more tests')
})
