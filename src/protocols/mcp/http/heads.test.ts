import { describe, expect, test } from 'vitest'
import { contextFor } from '../mcp.fixture.ts'
import { encoderFor } from '../../http/request-encoding.ts'
import { endpointOf, fieldValue, PostHeads } from './heads.ts'

describe('fieldValue', () => {
  test.each([
    ['echo', 'echo'],
    ['a tool with spaces', 'a tool with spaces'],
    ['demo://resource/1?a=b', 'demo://resource/1?a=b'],
    ['', ''],
    ['grüße', '=?base64?Z3LDvMOfZQ==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['two\r\nlines', '=?base64?dHdvDQpsaW5lcw==?='],
    ['=?base64?eA==?=', '=?base64?PT9iYXNlNjQ/ZUE9PT89?='],
  ])('encodes %j as %s', (text, value) => {
    expect(fieldValue(text)).toBe(value)
  })
})

describe('PostHeads', () => {
  const target = new URL('mcp+http://127.0.0.1:1/mcp?key=1#embedded')
  const endpoint = endpointOf(target)
  const context = contextFor()
  const message = { id: 1, method: 'tools/call', name: 'echo', text: '{}', source: {} }

  test('uses the path and query of the target', () => {
    const heads = new PostHeads(endpoint, context, { era: 'legacy', version: '2025-11-25', httpSse: false })
    const { wire } = encoderFor(endpoint.base, context)(heads.of(message).request)
    expect(wire).toMatch(/^POST \/mcp\?key=1 HTTP\/1\.1\r\nhost: 127\.0\.0\.1:1\r\n/)
  })

  test('computes the bytes of a request', () => {
    const heads = new PostHeads(endpoint, context, { era: 'legacy', version: '2025-11-25', httpSse: false })
    const head = heads.of(message)
    for (const length of [1, 9, 10, 99, 100, 123_456]) {
      const encoded = encoderFor(endpoint.base, context)({ ...head.request, body: 'x'.repeat(length) })
      expect(head.bytesWith(length)).toBe(encoded.bytes)
    }
  })

  test('creates a head once per session, and in the modern era once per request', () => {
    const legacy = new PostHeads(endpoint, context, { era: 'legacy', version: '2025-11-25', httpSse: false })
    expect(legacy.of(message)).toBe(legacy.of({ ...message, source: {} }))
    const modern = new PostHeads(endpoint, context, { era: 'modern', version: '2026-07-28', httpSse: false })
    expect(modern.of(message)).toBe(modern.of({ ...message, id: 2 }))
    const other = { ...message, method: 'tools/list', name: undefined, source: {} }
    expect(modern.of(message).request.headers).toMatchObject({ 'mcp-method': 'tools/call', 'mcp-name': 'echo' })
    expect(modern.of(other).request.headers).toMatchObject({ 'mcp-method': 'tools/list' })
    expect(modern.of(other).request.headers).not.toHaveProperty('mcp-name')
  })
})
