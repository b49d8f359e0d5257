import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../model/protocol.ts'
import type { HttpRequest } from './request.ts'
import { answerRule } from './answer-rule.ts'
import { BodyCapture } from './body-capture.ts'

function judged(request: HttpRequest, status: number, body = ''): Outcome {
  const kept = new BodyCapture()
  const bytes = Buffer.from(body)
  kept.add(bytes.subarray(0, 1))
  kept.add(bytes.subarray(1))
  const headers = { 'x-a': 'b' }
  return answerRule(request).outcome(status, 1, 2, {
    headers,
    setCookie: [],
    body: kept,
    violation: undefined,
    beginning: body,
  })
}

test.each<[HttpRequest, number, string | undefined]>([
  [{}, 200, undefined],
  [{}, 399, undefined],
  [{}, 400, 'http-4xx'],
  [{}, 599, 'http-5xx'],
  [{}, 600, 'status'],
  [{ ok: [[404, 404]] }, 404, undefined],
  [{ ok: [[404, 404]] }, 200, 'status'],
  [{ check: { status: 404 } }, 404, undefined],
  [{ check: { status: 404 } }, 200, 'check'],
  [{ check: { status: 404 } }, 500, 'http-5xx'],
  [{ check: [{ status: 404 }, { bodyExcludes: 'x' }] }, 404, undefined],
  [{ check: [{ status: 404 }, { bodyExcludes: 'x' }] }, 200, 'check'],
])('judges %j with status %i as %s', (request, status, errorClass) => {
  expect(judged(request, status)).toMatchObject({ ok: errorClass === undefined, bytesSent: 1, bytesReceived: 2 })
  expect(judged(request, status).errorClass).toBe(errorClass)
})

describe('a check', () => {
  const body = '{"items":[{"id":7,"tags":["a"]}],"none":null}'

  test.each<[HttpRequest['check'], string | undefined]>([
    [{ header: { 'X-A': 'b' } }, undefined],
    [{ header: { 'x-b': 'b' } }, "expected header x-b to be 'b', got none"],
    [{ bodyIncludes: '"id":7' }, undefined],
    [{ json: { path: 'items.0.id', equals: 7 } }, undefined],
    [{ json: { path: 'items.0', equals: { tags: ['a'], id: 7 } } }, undefined],
    [{ json: { path: 'none', equals: null } }, undefined],
    [{ json: { path: 'items.1.id', equals: 7 } }, 'expected items.1.id to be 7, but the body has no items.1.id'],
    [{ json: { path: 'items.length', equals: 1 } }, undefined],
    [{ json: { path: 'toString', equals: 1 } }, 'expected toString to be 1, but the body has no toString'],
    [{ json: { path: 'errors', absent: true } }, undefined],
    [{ json: { path: 'none', absent: true } }, 'expected none to be absent, got null'],
    [{ json: { path: 'none', exists: true } }, undefined],
    [{ json: { path: 'errors', exists: true } }, 'expected errors to exist, but the body has no errors'],
    [{ bodyExcludes: '"id":7' }, `expected the body not to include '"id":7', got '${body}'`],
    [[{ bodyIncludes: 'items' }, { bodyExcludes: 'error' }], undefined],
    [[{ bodyIncludes: 'items' }, { bodyIncludes: 'x' }], `expected the body to include 'x', got '${body}'`],
    [({ status, headers }) => status === 200 && headers['x-a'] === 'b', undefined],
    [
      () => {
        throw new TypeError('oops')
      },
      'the check function threw: oops; the body is a text: use JSON.parse(body)',
    ],
    [
      ((answer: { body: { items?: boolean } }) => answer.body.items) as never,
      'the check function returned undefined; the body is a text: use JSON.parse(body)',
    ],
  ])('of %j reports %s', (check, message) => {
    expect(judged(check === undefined ? {} : { check }, 200, body).message).toBe(message)
  })

  test('of JSON reports the body when it is not JSON', () => {
    const check = { json: { path: 'a', equals: 1 } }
    expect(judged({ check }, 200, '<html>').message).toBe("expected a JSON body, got '<html>'")
  })
})

test('read: headers keeps no body', () => {
  const rule = answerRule({ read: 'headers' })
  expect(rule.reads).toBe(false)
  const kept = {
    headers: { location: '/home' },
    setCookie: ['a=1'],
    body: undefined,
    violation: undefined,
    beginning: '',
  }
  expect(rule.outcome(303, 1, 2, kept).answer).toEqual({
    status: 303,
    headers: kept.headers,
    setCookie: ['a=1'],
    text: '',
  })
})
