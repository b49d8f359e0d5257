import { describe, expect, it, test } from 'vitest'
import { portOf, PROTOCOL_NAMES, protocolFrom, protocolKind, protocolNameOf, SCHEMES } from './index.ts'

test.each([
  ['http://localhost', 'http'],
  ['https://localhost', 'http'],
  ['ftp://localhost', undefined],
])('%s is spoken by %s', (url, name) => {
  expect(protocolNameOf(new URL(url))).toBe(name)
})

test('a port that is not written is what the scheme means', () => {
  expect(portOf(new URL('https://localhost'))).toBe(443)
  expect(portOf(new URL('http://localhost:8080'))).toBe(8080)
  expect(portOf(new URL('ftp://localhost'))).toBeUndefined()
})

test('no two protocols claim the same scheme', () => {
  expect(new Set(SCHEMES).size).toBe(SCHEMES.length)
})

describe.each(PROTOCOL_NAMES)('%s', (name) => {
  const protocol = protocolFrom({ kind: name })

  it('stands under its name, and its health read has no fault', () => {
    expect(protocol.name).toBe(name)
    expect(protocol.faultsOf(protocol.healthRead, 'request')).toEqual([])
    expect(protocol.word(protocol.healthRead)).not.toBe('')
  })

  it('asks an embedded target for work by requests without a fault', () => {
    const { work, usualFormat } = protocol
    const body = new Uint8Array([97, 98])
    const asked = [
      work?.read(16, usualFormat),
      work?.write(body, usualFormat),
      work?.echo(body, usualFormat),
      work?.stream(3, 16, usualFormat),
    ]
    for (const request of asked) expect(protocol.faultsOf(request, 'request')).toEqual([])
  })

  it('tells options that it does not have', () => {
    expect(protocolKind(name)?.optionFaults({ colour: 'red' }, 'protocol')).toMatchObject([{ key: 'protocol.colour' }])
  })
})

test('a check function keeps a request of HTTP from crossing into a thread, a check as data does not', () => {
  const { needsInline } = protocolFrom({ kind: 'http' })
  expect(needsInline?.({ check: () => true })).toBe(true)
  expect(needsInline?.({ check: { status: 200 } })).toBe(false)
})

test.each([
  ['http', 'body'],
  ['tcp', 'data'],
  ['websocket', 'data'],
])('a request of %s whose %s is made by a function does not cross into a thread', (kind, key) => {
  const { needsInline, faultsOf } = protocolFrom({ kind })
  const request = { [key]: { length: 3, chunks: () => [Buffer.from('abc')] } }
  expect(faultsOf(request, 'request')).toEqual([])
  expect(needsInline?.(request)).toBe(true)
  expect(needsInline?.({ [key]: 'abc' })).toBe(false)
})
