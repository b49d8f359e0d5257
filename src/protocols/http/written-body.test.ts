import { expect, test } from 'vitest'
import { withBody } from './written-body.ts'

test.each(['POST', 'PUT', 'PATCH'])('adds the body and its content type to %s', (method) => {
  expect(withBody({ method, path: '/a' }, 'x', 'text')).toEqual({
    method,
    path: '/a',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'x',
  })
  const bytes = new Uint8Array(3)
  expect(withBody({ method, headers: { 'x-a': '1' } }, bytes, 'binary')).toEqual({
    method,
    headers: { 'x-a': '1', 'content-type': 'application/octet-stream' },
    body: bytes,
  })
})

test('keeps a content type of the request, in any case', () => {
  const headers = { 'Content-Type': 'application/json' }
  expect(withBody({ method: 'POST', headers }, '{}', 'text').headers).toEqual(headers)
})

test.each([[{}], [{ method: 'DELETE' }], [{ method: 'POST', body: '' }], [{ method: 'PUT', body: 'own' }]])(
  'leaves %j unchanged',
  (request) => {
    expect(withBody(request, 'x', 'text')).toBe(request)
  },
)

test('returns the same frozen headers for the same request, so that they are encoded once', () => {
  const plain = { method: 'POST' }
  const written = { method: 'POST', headers: { 'x-a': '1' } }
  for (const request of [plain, written]) {
    const first = withBody(request, 'a', 'text').headers
    expect(first).toBe(withBody(request, 'b', 'text').headers)
    expect(first).not.toEqual(withBody(request, 'b', 'binary').headers)
    expect(Object.isFrozen(first)).toBe(true)
  }
})
