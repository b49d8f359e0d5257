import { expect, test } from 'vitest'
import { protocolNameOf, protocols } from './index.ts'

test.each([
  ['http://localhost', 'http'],
  ['https://localhost', 'http'],
  ['ftp://localhost', undefined],
])('%s is spoken by %s', (url, name) => {
  expect(protocolNameOf(new URL(url))).toBe(name)
})

test('every protocol stands under its name, and its health read has no fault', () => {
  for (const [name, protocol] of Object.entries(protocols)) {
    expect(protocol.name).toBe(name)
    expect(protocol.faultsOf(protocol.healthRead, 'request')).toEqual([])
  }
})

test('only a check function keeps a request from crossing into a thread', () => {
  expect(protocols.http?.needsInline?.({ check: () => true })).toBe(true)
  expect(protocols.http?.needsInline?.({ check: { status: 200 } })).toBe(false)
})
