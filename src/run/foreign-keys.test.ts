import { describe, expect, test } from 'vitest'
import { LoadPlanError } from '../model/errors.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { constant, rampUp, sequence } from '../index.ts'
import { vocabulary } from './vocabulary.ts'

const target = 'http://127.0.0.1:3000'
const whole = { target, rate: 50, duration: '10s' }

function messageOf(plan: object): string {
  try {
    resolvePlan(plan, vocabulary)
  } catch (error) {
    if (error instanceof LoadPlanError) return error.message
    throw error
  }
  return 'the plan is valid'
}

const USERS =
  'write rate: 100 (requests per second) for users who arrive independently, or concurrency: 10 for that many requests ' +
  'in flight, where each waits for the previous response'

describe('a plan with keys of another tool has one issue per key, with its equivalent', () => {
  test.each<[object, string]>([
    [{ target, vus: 10, duration: '5s' }, `vus is not a key of a plan, got 10\n    → \`vus\` is a key of k6: ${USERS}`],
    [
      { target, users: 10, duration: '5s' },
      `users is not a key of a plan, got 10\n    → \`users\` is a key of Locust and Gatling: ${USERS}`,
    ],
    [
      { target, rps: 80, duration: '5s' },
      'rps is not a key of a plan, got 80\n    → `rps` is a key of k6: write rate: 80',
    ],
    [
      { target, arrivalRate: 5, duration: '60s' },
      'arrivalRate is not a key of a plan, got 5\n    → `arrivalRate` is a key of Artillery: write rate: 5',
    ],
    [
      { target, amount: 500 },
      'amount is not a key of a plan, got 500\n' +
        '    → `amount` is a key of autocannon: a plan has a rate and a duration, which give the number of requests; ' +
        "for 500 requests in 10 s, write rate: 50, duration: '10s'",
    ],
    [
      { target, connections: 10, duration: '5s' },
      'connections is not a key of a plan, got 10\n' +
        '    → `connections` is a key of autocannon: write rate: 100 (requests per second), or concurrency: 10 for that ' +
        'many requests always in flight; maxConnections only limits the connections',
    ],
    [
      { ...whole, thresholds: { http_req_duration: ['p(95)<200'] } },
      'thresholds is not a key of a plan, got (not shown)\n' +
        '    → `thresholds` is a key of k6: write sla: { p95Ms: 200, errorRate: 0.01 }, and expect(result).toMeetSla() in ' +
        'the test',
    ],
    [
      { ...whole, timeout: 5_000 },
      'timeout is not a key of a plan, got 5000\n' +
        '    → write requestTimeout: 5000 to limit each request (in ms), or test: { timeout: 5000 } to limit the whole test',
    ],
    [
      { url: 'http://127.0.0.1:8080/cart?a=1', rate: 5, duration: '5s' },
      "url is not a key of a plan, got 'http://127.0.0.1:8080/cart?a=1'\n" +
        "    → write target: 'http://127.0.0.1:8080', request: { path: '/cart?a=1' }",
    ],
    [
      { ...whole, method: 'POST' },
      "method is not a key of a plan, got 'POST'\n    → write it inside `request`: request: { method: 'POST' }",
    ],
    [
      { ...whole, request: { json: { a: 1 } } },
      'request.json is not a key of an HTTP request, got (not shown)\n' +
        '    → write body: { … } for JSON, or a string, bytes, URLSearchParams or FormData',
    ],
    [
      { ...whole, request: { url: 'http://127.0.0.1:8080/cart' } },
      "request.url is not a key of an HTTP request, got 'http://127.0.0.1:8080/cart'\n" +
        "    → write path: '/cart'; the host belongs in `target`",
    ],
    [
      { ...whole, target: 'ws://127.0.0.1:3000', request: { message: 'hi' } },
      "request.message is not a key of a WebSocket request, got 'hi'\n    → write data",
    ],
    [
      { ...whole, target: { cmd: 'node server.js', url: 'http://127.0.0.1:{port}' } },
      "target.cmd is not a key of a target, got 'node server.js'\n    → write command: ['node', 'server.js']",
    ],
    [
      { target, rate: 5, durration: '5s' },
      "durration is not a key of a plan, got '5s'\n    → did you mean `duration`?",
    ],
  ])('%j', (plan, message) => {
    expect(messageOf(plan)).toBe(message)
  })
})

test('translates the stages of k6 and the phases of Artillery into patterns that are valid', () => {
  const cases = [
    [
      {
        stages: [
          { duration: '30s', target: 20 },
          { duration: '1m', target: 20 },
          { duration: '10s', target: 0 },
        ],
      },
      "sequence(rampUp({ from: 0, to: 20, duration: '30s' }), constant({ rate: 20, duration: '1m' }), " +
        "rampUp({ from: 20, to: 0, duration: '10s' }))",
    ],
    [{ phases: [{ duration: 60, arrivalRate: 5 }] }, "constant({ rate: 5, duration: '60s' })"],
    [{ phases: [{ duration: 60, arrivalRate: 5, rampTo: 50 }] }, "rampUp({ from: 5, to: 50, duration: '60s' })"],
  ] as const
  for (const [keys, code] of cases) {
    expect(messageOf({ target, ...keys })).toContain(`: write pattern: ${code}, with rates in requests per second`)
    // oxlint-disable-next-line no-implied-eval -- the remedy is code of this test
    const build = new Function('sequence', 'rampUp', 'constant', `return ${code}`) as (
      ...builders: readonly unknown[]
    ) => unknown
    expect(messageOf({ target, pattern: build(sequence, rampUp, constant) })).toBe('the plan is valid')
  }
})

test('shows an example for stages that have another form, and never their values', () => {
  const message = messageOf({ target, stages: [{ token: 'canary' }] })
  expect(message).toContain("write pattern: rampUp({ from: 0, to: 50, duration: '30s' }), and sequence(…)")
  expect(message).not.toContain('canary')
})

test('lists the known keys once, even if several keys are unknown', () => {
  const message = messageOf({ ...whole, zzz: 1, qqq: 2 })
  expect(message.match(/expected one of/g)).toHaveLength(1)
})

test('never shows the password of a URL in a remedy', () => {
  expect(messageOf({ ...whole, url: 'http://me:canary@127.0.0.1:3000' })).not.toContain('canary')
})

test('says that a number is in milliseconds when a run is too short to send a request', () => {
  expect(messageOf({ ...whole, duration: 5 })).toBe(
    'duration must allow at least one request (0.25 are expected in 5 ms), got 5\n' +
      "    → a number is in milliseconds: write duration: '5s' for seconds",
  )
})
