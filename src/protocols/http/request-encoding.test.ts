import { describe, expect, test } from 'vitest'
import { contextFor } from './raw-server.fixture.ts'
import { encoderFor } from './request-encoding.ts'

describe('the path', () => {
  test.each([
    ['http://h', undefined, '/'],
    ['http://h/api', undefined, '/api'],
    ['http://h/api?key=1', undefined, '/api?key=1'],
    ['http://h/', '/a', '/a'],
    ['http://h/api', '/a', '/api/a'],
    ['http://h/api/', '/a?b', '/api/a?b'],
    ['http://h/api?key=1', '/a', '/api/a?key=1'],
    ['http://h/api?key=1', '/a?b', '/api/a?b&key=1'],
  ])('of %s with %s is %s', (target, path, expected) => {
    const encode = encoderFor(new URL(target), contextFor())
    expect(encode(path === undefined ? {} : { path }).path).toBe(expected)
  })
})

describe('the headers', () => {
  test.each([
    ['http://h', 'host: h'],
    ['http://h:80', 'host: h'],
    ['http://h:8080', 'host: h:8080'],
    ['http://[::1]:8080', 'host: [::1]:8080'],
    ['http://us%40er:pa%3Ass@h', `authorization: Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`],
  ])('of %s hold %s', (target, line) => {
    expect(encoderFor(new URL(target), contextFor())({}).wire.split('\r\n')).toContain(line)
  })
})

test('a body up to 16 KiB is sent with its head, a larger one by reference', () => {
  const encode = encoderFor(new URL('http://h'), contextFor())
  const small = encode({ method: 'POST', body: Buffer.from([0, 128, 255]) })
  expect(small.wire.endsWith('\r\n\r\n\u0000\u0080\u00ff')).toBe(true)
  expect(small).toMatchObject({ rest: undefined, bytes: small.wire.length })
  const body = new Uint8Array(16 * 1024 + 1)
  const large = encode({ method: 'POST', body })
  expect(large.rest).toBe(body)
  expect(large.bytes).toBe(large.wire.length + body.length)
})

test('a request is encoded once for all connections with the same target, headers and reuse', () => {
  const context = contextFor()
  const request = { path: '/a' }
  const encoded = encoderFor(new URL('http://h'), context)(request)
  expect(encoderFor(new URL('http://h'), { ...context })(request)).toBe(encoded)
  expect(encoderFor(new URL('http://other'), context)(request)).not.toBe(encoded)
  expect(encoderFor(new URL('http://h'), { ...context, reuse: false })(request).wire).toContain('connection: close')
  expect(encoderFor(new URL('http://h'), { ...context, headers: { a: 'b' } })(request).wire).toContain('a: b')
})

test('a generated body is never part of the encoded request, however small', () => {
  const encode = encoderFor(new URL('http://h'), contextFor())
  const body = { length: 5, chunks: () => [Buffer.from('hello')] }
  const encoded = encode({ method: 'POST', body })
  expect(encoded.rest).toBe(body)
  expect(encoded.wire.endsWith('content-length: 5\r\n\r\n')).toBe(true)
  expect(encoded.bytes).toBe(encoded.wire.length + 5)
})

test('encodes frozen headers once and other headers for every request', () => {
  const encode = encoderFor(new URL('http://h'), contextFor())
  const fixed = Object.freeze({ 'x-a': '1' })
  expect(encode({ headers: fixed, path: '/1' }).headers).toBe(encode({ headers: fixed, path: '/2' }).headers)
  const changing = { 'x-a': '1' }
  expect(encode({ headers: changing, path: '/1' }).wire).toContain('x-a: 1\r\n')
  changing['x-a'] = '2'
  expect(encode({ headers: changing, path: '/1' }).wire).toContain('x-a: 2\r\n')
})
