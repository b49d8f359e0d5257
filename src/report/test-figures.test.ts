import { expect, test } from 'vitest'
import { doubt } from '../wording/doubts.ts'
import { recordOf, resultOf } from './run-record.builder.ts'
import { testFigures } from './test-figures.ts'

const test500 = 'checkout API > holds 500 req/s'
const lines = (change: Parameters<typeof recordOf>[0], failed = false): string =>
  testFigures({ test: test500, record: recordOf({ verdicts: [], ...change }) }, failed).join('\n')

test('shows the name of a test, then three lines', () => {
  expect(lines({})).toMatchInlineSnapshot(`
    "       checkout API > holds 500 req/s
           rate      offered 500 req/s, achieved 500 req/s
           response  p50 12.1, p95 40.2, p99 83.2, max 144 ms
           errors    3 of 15 000 requests (0.02%): connect 3; 0 dropped
                     status 200: 14 997"
  `)
})

test('names each load of a test that has several', () => {
  const other = resultOf({ plan: { ...resultOf().plan, request: 'GET /cart?page=1, '.repeat(9) } })
  expect(lines({ results: [resultOf(), other] })).toMatchInlineSnapshot(`
    "       checkout API > holds 500 req/s
           load 1 of 2: GET /cart, constant 500 req/s for 30 s
             rate      offered 500 req/s, achieved 500 req/s
             response  p50 12.1, p95 40.2, p99 83.2, max 144 ms
             errors    3 of 15 000 requests (0.02%): connect 3; 0 dropped
                       status 200: 14 997
           load 2 of 2: constant 500 req/s for 30 s
             rate      offered 500 req/s, achieved 500 req/s
             response  p50 12.1, p95 40.2, p99 83.2, max 144 ms
             errors    3 of 15 000 requests (0.02%): connect 3; 0 dropped
                       status 200: 14 997"
  `)
})

test('shows journeys, and operations and phases if there are several, and metrics', () => {
  const whole = resultOf()
  const phase = { ...whole, startMs: 0, endMs: 30_000 }
  const cart = { ...whole.responseTime, name: 'cart_size', unit: 'items', batches: whole.batches }
  const text = lines({
    results: [
      resultOf({
        journeys: whole,
        operations: { login: whole, cart: { ...whole, errors: 0, dropped: 12 } },
        phases: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((each) => [`phase ${each}`, phase])),
        metrics: { cart_size: { ...cart, count: 9, p50: 8, p95: 25, p99: 41, max: 41 } as never },
      }),
    ],
  })
  expect(text.split('\n').slice(5)).toMatchInlineSnapshot(`
    [
      "       journeys  500 journeys/s, p95 40.2 ms, 3 errors",
      "       operation login: 500 req/s, p95 40.2 ms, 3 errors",
      "       operation cart: 500 req/s, p95 40.2 ms, 0 errors, 12 dropped",
      "       phase     phase 1: 500 req/s, p95 40.2 ms, 3 errors",
      "       phase     phase 2: 500 req/s, p95 40.2 ms, 3 errors",
      "       phase     phase 3: 500 req/s, p95 40.2 ms, 3 errors",
      "       phase     phase 4: 500 req/s, p95 40.2 ms, 3 errors",
      "       phase     phase 5: 500 req/s, p95 40.2 ms, 3 errors",
      "                 and 2 more phases",
      "       metric    cart_size: p50 8, p95 25, p99 41, max 41 items (n = 9)",
    ]
  `)
})

test('shows two doubts with their explanations, first those about what was measured', () => {
  const redirects = doubt({ code: 'only-redirects', count: 30, status: '302' })
  const doubts = [doubt({ code: 'inspector' }), doubt({ code: 'coverage' }), redirects]
  const text = lines({ results: [resultOf({ generator: { ...resultOf().generator, doubts } })] })
  expect(text).toMatch(
    / doubt {5}only-redirects: all 30 responses[^]* doubt {5}inspector: an inspector is attached[^]*\n +and 1 more doubt$/,
  )
})

test('shows at most four loads', () => {
  const text = lines({ results: Array.from({ length: 30 }, () => resultOf()) })
  expect(text.match(/ rate /g)).toHaveLength(4)
  expect(text).toMatch(/and 26 more loads, see the reports$/)
})

test('omits a load whose figures the message of a failed verdict contains', () => {
  const { verdicts } = recordOf()
  expect(lines({ verdicts }, true)).toBe('')
  expect(lines({ verdicts, results: [resultOf(), resultOf()] }, true)).toMatch(/load 2 of 2/)
  expect(lines({}, true)).toContain('rate ')
})

test('shows nothing for a suite, which prints its findings, or for a test without a load', () => {
  expect(lines({ suite: 'limits' })).toBe('')
  expect(lines({ results: [] })).toBe('')
})
