import { expect, test } from 'vitest'
import type { ErrorClass } from '../model/error-class.ts'
import { errorHints } from './error-hints.ts'

function hints(statuses: Record<string, number>, classes: Partial<Record<ErrorClass, number>>): readonly string[] {
  const counts = Object.entries(classes)
  return errorHints({
    statuses,
    errors: counts.reduce((sum, [, count]) => sum + count, 0),
    errorsByClass: Object.fromEntries(counts.map(([name, count]) => [name, { count, first: '' }])),
    requestsSent: 100,
  })
}

test.for<[string, Record<string, number>, Partial<Record<ErrorClass, number>>, RegExp]>([
  ['400', { 400: 10 }, { 'http-4xx': 10 }, /content type/],
  ['401', { 200: 90, 401: 10 }, { 'http-4xx': 10 }, /asks for credentials: give them as headers/],
  ['403', { 403: 100 }, { 'http-4xx': 100 }, /refused the credentials/],
  ['404 to everything', { 404: 100 }, { 'http-4xx': 100 }, /every request with 404: check the path/],
  ['415', { 415: 10 }, { 'http-4xx': 10 }, /content-type.*or pass the body as an object/],
  ['429', { 200: 90, 429: 10 }, { 'http-4xx': 10 }, /limits the rate of its clients/],
  ['500', { 500: 10 }, { 'http-5xx': 10 }, /the target itself failed/],
  ['503', { 503: 10 }, { 'http-5xx': 10 }, /overloaded/],
  ['302 that counts as an error', { 302: 10 }, { status: 10 }, /redirects are not followed/],
])('gives a hint about %s', ([, statuses, classes, expected]) => {
  expect(hints(statuses, classes)).toEqual([expect.stringMatching(expected)])
})

test.for<[string, Record<string, number>, Partial<Record<ErrorClass, number>>]>([
  ['no errors', { 200: 100 }, {}],
  ['404 that only some requests got', { 200: 90, 404: 10 }, { 'http-4xx': 10 }],
  ['a status that counts as a success', { 401: 90 }, { timeout: 10 }],
  ['a rare status among other errors', { 401: 1 }, { 'http-4xx': 1, timeout: 99 }],
  ['timeouts', {}, { timeout: 100 }],
])('gives none about %s', ([, statuses, classes]) => {
  expect(hints(statuses, classes)).toEqual([])
})
