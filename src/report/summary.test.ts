import { expect, test } from 'vitest'
import { environment, recordOf, resultOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'
import { summary } from './summary.ts'
import { doubt } from '../wording/doubts.ts'

function summaryOf(...records: readonly ReturnType<typeof recordOf>[]): string {
  const loads = records.map((record) => ({ test: 'checkout API > holds 500 req/s', record }))
  return summary.render(runRecords(loads, environment)) ?? ''
}

test('the summary states on one page what was tested, where, and the verdicts', () => {
  expect(summaryOf(recordOf())).toMatchInlineSnapshot(`
    "================================================================================
    Load tests
    ================================================================================
    started   2026-11-23 17:30:00 UTC, took 30 s
    target    http://127.0.0.1:3000/
    machine   node 24.21.0, Linux 6.1.0, 2 CPUs, 7 936 MB, commit 0123456789ab
    result    1 fail, 0 invalid, 0 inconclusive, 0 pass

    checkout API > holds 500 req/s
      constant 500 req/s for 30 s, seed 8f2c1e
      requests  15 000 scheduled, 14 997 ok, 3 errors (connect 3), 0 dropped
      rate      offered 500 req/s, achieved 500 req/s
      response  p50 12.1, p95 40.2, p99 83.2, p99.9 120, max 144 ms
      service   p50 12.1, p95 40.2, p99 12.1, p99.9 13.0, max 20.0 ms
      error     connect, the first: connect ECONNREFUSED 127.0.0.1:3000
      FAIL          expected p99 response time below 50 ms, was 83.2 ms (90%
                      interval 79.0–90.4 ms, n = 14 970, effective 2 140)
                      offered 500 req/s, achieved 499 req/s, 0 dropped, 3 errors
                        (connect 3)
    "
  `)
})

test('reports an early end and the doubts of a run', () => {
  const cut = resultOf({
    ended: 'interrupted',
    endedBecause: 'interrupted by SIGINT',
    generator: { ...resultOf().generator, doubts: [doubt({ code: 'inspector' })] },
  })
  const text = summaryOf(recordOf({ results: [cut], verdicts: [] }))
  expect(text).toContain('INTERRUPTED (interrupted by SIGINT)')
  expect(text).toContain('doubt     inspector: an inspector is attached')
})

test('adds the newest run of every other suite', () => {
  const [earlier] = runRecords([{ test: 'limits', record: recordOf({ suite: 'limits' }) }], environment)
  const runs = runRecords([{ test: 'a test', record: recordOf() }], environment)
  const pages = (earlier && summary.render(runs, [earlier]))?.split(/^=+\n(?=[^]*?=)/m).filter(Boolean) ?? []
  expect(pages.map((page) => page.split('\n')[0])).toEqual(expect.arrayContaining(['Load tests', 'limits']))
  expect(pages.at(-1)).toContain('started   2026-11-23 17:30:00 UTC')
})

test('states a verdict once', () => {
  const message = 'inconclusive: p99 response time below 50 ms is not proven (leans to pass)\n  was 18.0 ms (n = 40)'
  const [verdict] = recordOf().verdicts
  const verdicts = verdict === undefined ? [] : [{ ...verdict, verdict: 'inconclusive' as const, message }]
  expect(summaryOf(recordOf({ verdicts }))).toContain('  INCONCLUSIVE  p99 response time below 50 ms is not proven')
})

test('shows no percentiles for a result without responses', () => {
  expect(summaryOf(recordOf({ results: [resultOf({ responseTime: { count: 0 } })] }))).toContain(
    'response  nothing measured',
  )
})

test('breaks lines at 80 columns', () => {
  const long = 'a name that goes on and on '.repeat(8)
  const text = summaryOf(recordOf({ results: [resultOf({ name: long })] }))
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('shows one line per operation, and the plan keys that did not apply', () => {
  const result = resultOf()
  const { plan } = result
  const withNotes = resultOf({
    operations: { read: result, 'a scenario whose name is long write': result },
    plan: { ...plan, notes: ['messageSize does not apply: GET / has no body'] },
  })
  const text = summaryOf(recordOf({ results: [withNotes], verdicts: [] }))
  expect(text).toContain('    read                  14 997 ok, 3 errors, 0 dropped, p50 12.1, p99 83.2 ms\n')
  expect(text).toContain('    a scenario whose name is long write\n')
  expect(text).toContain('note      messageSize does not apply')
})

test('shows one line per metric', () => {
  const shared = { min: 1, mean: 9, stddev: 5, p75: 12, p90: 18, histogram: '', resolution: 1 }
  const batches = { startMs: 0, lengthMs: 100, values: [] }
  const cart = {
    ...shared,
    name: 'cart_size',
    unit: 'items',
    count: 1_200,
    p50: 8,
    p95: 25,
    p99: 41,
    p999: 41,
    max: 41,
  }
  const ratio = { ...cart, name: 'hit_ratio', unit: '', p50: 0.5, p95: 0.9512, p99: 1, max: 1 }
  const result = resultOf({ metrics: { cart_size: { ...cart, batches }, hit_ratio: { ...ratio, batches } } })
  const text = summaryOf(recordOf({ results: [result], verdicts: [] }))
  expect(text).toContain('  metric    cart_size: p50 8, p95 25, p99 41, max 41 items (n = 1 200)\n')
  expect(text).toContain('  metric    hit_ratio: p50 0.5, p95 0.951, p99 1, max 1 (n = 1 200)\n')
})

test('shows the journeys of a run', () => {
  const reported = summaryOf(recordOf({ results: [resultOf({ journeys: resultOf() })], verdicts: [] }))
  expect(reported).toContain('constant 500 journeys/s for 30 s')
  expect(reported).toContain('  journeys  14 997 ok, 3 errors, 0 dropped, p50 12.1, p99 83.2 ms\n')
  expect(reported).toContain('  rate      offered 500 journeys/s, achieved 500 journeys/s (500 req/s)\n')
})
