import { describe, expect, test } from 'vitest'
import { LoadPlanError } from '../../model/errors.ts'
import { requestIssues } from './request-issues.ts'

/** Returns the messages of the issues. */
function issuesIn(request: unknown): string[] {
  return requestIssues(request, 'request').map((issue) => new LoadPlanError([issue]).message)
}

test.each<[string, object]>([
  ['an empty request', {}],
  ['GET with a body', { method: 'GET', path: '/?a=%20', body: 'x' }],
  ['bytes', { method: 'POST', body: new Uint8Array(3) }],
  ['everything', { name: 'a', weight: 0.5, headers: { 'x-a': 'ä' }, ok: [[200, 200]], check: { status: 404 } }],
  ['every check', { check: { header: { a: 'b' }, bodyIncludes: 'c', json: { path: 'd', equals: undefined } } }],
  ['a check function', { check: () => true }],
  ['a generated body', { method: 'PUT', body: { length: 3, chunks: () => [] } }],
  ['a response that is read', { read: 'json' }],
  ['a stream', { stream: 'sse' }],
])('accepts %s', (_, request) => {
  expect(issuesIn(request)).toEqual([])
})

describe('issues', () => {
  test.each<[unknown, string]>([
    ['GET /', "request must be an object, got 'GET /'\n    → write request: { path: '/' }"],
    [
      { mehtod: 'GET' },
      "request.mehtod is not a key of an HTTP request, got 'GET'\n    → did you mean `request.method`?",
    ],
    [
      { method: 'get' },
      "request.method must be an upper-case HTTP method (GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, …), got 'get'" +
        "\n    → did you mean 'GET'?",
    ],
    [{ path: 'cart' }, "request.path must be a string that starts with '/', got 'cart'\n    → write path: '/cart'"],
    [
      { path: '/a b#c' },
      "request.path must be percent-encoded ASCII without spaces or '#', got '/a b#c'" +
        "\n    → write path: '/a%20b%23c'",
    ],
    [
      { headers: { 'x-a': 'a\r\nb' } },
      expect.stringMatching(/^request\.headers\.x-a must be one line of Latin-1 text/),
    ],
    [{ headers: { 'x a': 'b' } }, expect.stringMatching(/^request\.headers\.x a must be a header name/)],
    [{ headers: { 'x-a': 7 } }, expect.stringMatching(/^request\.headers\.x-a must be a string/)],
    [
      { headers: { Connection: 'close' } },
      expect.stringMatching(/must not be set by hand.*\n.*connection: 'short-lived'/),
    ],
    [
      { path: '/caf%C3%A9/menü?q=50%25%20off&r=5%' },
      expect.stringMatching(/→ write path: '\/caf%C3%A9\/men%C3%BC\?q=50%25%20off&r=5%25'$/),
    ],
    [{ path: '/\ud83d' }, expect.stringMatching(/→ write path: '\/%EF%BF%BD'$/)],
    [{ body: 7 }, expect.stringMatching(/^request\.body must be a string, .*\n {4}→ write body: '7'$/)],
    [{ ok: [200, 399] }, expect.stringMatching(/^request\.ok must be a list of status ranges/)],
    [{ ok: [[399, 200]] }, expect.stringMatching(/^request\.ok must be a list of status ranges/)],
    [{ ok: [] }, expect.stringMatching(/^request\.ok must be a list of status ranges/)],
    [{ weight: 0 }, 'request.weight must be greater than 0, got 0'],
    [{ name: '' }, "request.name must be a non-empty string, got ''"],
    [
      { check: {} },
      'request.check must have at least one of: status, header, bodyIncludes, bodyExcludes, json, got {}',
    ],
    [{ check: { satus: 200 } }, expect.stringMatching(/did you mean `request\.check\.status`\?$/)],
    [{ check: { status: 20 } }, 'request.check.status must be a whole number of at least 100 and at most 999, got 20'],
    [
      { check: { header: { a: 1 } } },
      expect.stringMatching(/^request\.check\.header must be an object with string values/),
    ],
    [
      { check: { json: { path: 'a' } } },
      expect.stringMatching(/^request\.check\.json must be an object with path and one of equals, absent and exists/),
    ],
    [{ read: 'xml' }, "request.read must be 'headers', 'text', 'json', got 'xml'"],
    [{ stream: 'ssse' }, "request.stream must be 'sse' or 'chunks', got 'ssse'\n    → did you mean 'sse'?"],
    [{ sink: {} }, expect.stringMatching(/^request\.sink is not a key of an HTTP request/)],
    [
      { body: { length: -1, chunks: () => [] } },
      expect.stringMatching(/^request\.body must have a JSON form: it contains a function/),
    ],
    [{ check: [] }, 'request.check must have at least one check, got []'],
    [{ check: [{ status: 200 }, 7] }, expect.stringMatching(/^request\.check\[1\] must be an object/)],
    [
      { check: { json: { path: 'a', absent: true, equals: 1 } } },
      expect.stringMatching(/^request\.check\.json must be an object with path and one of/),
    ],
    [{ check: 200 }, expect.stringMatching(/^request\.check must be an object, a list of objects, or a function/)],
  ])('of %j', (request, message) => {
    expect(issuesIn(request)).toEqual([message])
  })

  test('are all reported, not only the first', () => {
    const request = { method: 'PSOT', path: 'x', weight: -1, check: { status: 1 } }
    expect(requestIssues(request, 'request[2]').map(({ key }) => key)).toEqual([
      'request[2].weight',
      'request[2].method',
      'request[2].path',
      'request[2].check.status',
    ])
  })

  test('never show the value of a header', () => {
    expect(issuesIn({ headers: { authorization: 'Bearer secret\n' } }).join('')).not.toContain('secret')
  })
})
