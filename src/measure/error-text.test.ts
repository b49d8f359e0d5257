import { expect, test } from 'vitest'
import type { Sample } from '../model/sample.ts'
import { errorText } from './error-text.ts'
import { sampleOf } from './samples.builder.ts'
import { Tally } from './tally.ts'

const failed = (parts: Partial<Sample>): Sample => sampleOf({ fate: 'error', errorClass: 'http-4xx', ...parts })
const notFound = failed({ message: '404 Not Found', excerpt: '404 Not Found\n{"error":\n  "no such route"}' })

test.for<[string, Sample, string, string]>([
  ['the request and the response', notFound, 'GET /nope', 'GET /nope → 404 Not Found "{"error": "no such route"}"'],
  ['no body if there is none', failed({ message: '404 Not Found' }), 'GET /nope', 'GET /nope → 404 Not Found'],
  ['no request that is unknown', failed({ message: 'connect ECONNREFUSED' }), '', 'connect ECONNREFUSED'],
  [
    'the response that a check rejected',
    failed({ message: 'expected status 201, got 200', excerpt: '200 OK\n{"id":1}' }),
    'create: POST /orders',
    'create: POST /orders → expected status 201, got 200, response: "200 OK {"id":1}"',
  ],
  [
    'a response once if the message quotes it',
    failed({ message: 'expected a JSON message, got "pong"', excerpt: 'pong' }),
    'message',
    'message → expected a JSON message, got "pong"',
  ],
  [
    'no secrets of a path or of a body',
    failed({ message: '401 Unauthorized', excerpt: '401 Unauthorized\n{"token":"abcdef123456"}' }),
    'GET /me?api_key=hunter2hunter2',
    'GET /me?api_key=[redacted] → 401 Unauthorized "{"token":"[redacted]"}"',
  ],
])('names %s', ([, sample, request, expected]) => {
  expect(errorText(sample, () => request)).toBe(expected)
})

test('names the step that ended a journey', () => {
  const journey = failed({ message: 'cart: 404 Not Found', failedStep: { ...notFound, operation: 'cart' } })
  expect(errorText(journey, ({ operation }) => `${operation}: GET /cart`)).toBe(
    'cart: GET /cart → 404 Not Found "{"error": "no such route"}"',
  )
})

test('keeps the message after a request with a long path', () => {
  const text = errorText(notFound, () => `GET /${'a'.repeat(5_000)}`)
  expect(text).toMatch(/^GET \/a{195}… → 404 Not Found/)
})

test('a tally describes only the first error of a class', () => {
  const tally = new Tally([])
  const described: Sample[] = []
  for (let i = 0; i < 100; i++) {
    tally.arrive(0)
    tally.settle(notFound, (sample) => `GET /${described.push(sample)}`)
  }
  tally.arrive(0)
  tally.settle(sampleOf({}), (sample) => `GET /${described.push(sample)}`)
  expect(described).toHaveLength(1)
  expect(tally.take().errors['http-4xx']).toMatchObject({ count: 100, first: expect.stringMatching(/^GET \/1 → 404/) })
})
