import { describe, expect, it, test } from 'vitest'
import { portOf, PROTOCOL_NAMES, protocolFrom, protocolKind, protocolNameOf, SCHEMES } from './index.ts'

test.each([
  ['http://localhost', 'http'],
  ['https://localhost', 'http'],
  ['ftp://localhost', undefined],
])('%s selects the protocol %s', (url, name) => {
  expect(protocolNameOf(new URL(url))).toBe(name)
})

test('portOf returns the default port of the scheme when the URL has none', () => {
  expect(portOf(new URL('https://localhost'))).toBe(443)
  expect(portOf(new URL('http://localhost:8080'))).toBe(8080)
  expect(portOf(new URL('ftp://localhost'))).toBeUndefined()
})

test('no two protocols claim the same scheme', () => {
  expect(new Set(SCHEMES).size).toBe(SCHEMES.length)
})

describe.each(PROTOCOL_NAMES)('%s', (name) => {
  const protocol = protocolFrom({ kind: name })

  it('is registered under its name and has a valid default request', () => {
    expect(protocol.name).toBe(name)
    expect(protocol.issuesOf(protocol.healthRead, 'request')).toEqual([])
    expect(protocol.describe(protocol.healthRead)).not.toBe('')
  })

  it('creates valid work requests for the embedded target', () => {
    const { work, usualFormat } = protocol
    const body = new Uint8Array([97, 98])
    const asked = [
      work?.read(16, usualFormat),
      work?.write(body, usualFormat),
      work?.echo(body, usualFormat),
      work?.stream(3, 16, usualFormat),
    ].filter((request) => request !== undefined)
    expect(asked).toHaveLength(work === undefined ? 0 : 4)
    for (const request of asked) expect(protocol.issuesOf(request, 'request')).toEqual([])
  })

  it('reports unknown options', () => {
    expect(protocolKind(name)?.optionIssues({ colour: 'red' }, 'protocol')).toMatchObject([{ key: 'protocol.colour' }])
  })
})

test('an HTTP request needs the inline engine when its check is a function, not when it is data', () => {
  const { needsInline } = protocolFrom({ kind: 'http' })
  expect(needsInline?.({ check: () => true })).toBe(true)
  expect(needsInline?.({ check: { status: 200 } })).toBe(false)
})

test.each([
  ['http', 'body'],
  ['tcp', 'data'],
  ['websocket', 'data'],
])('needs the inline engine when a function generates the body: %s request, %s', (kind, key) => {
  const { needsInline, issuesOf } = protocolFrom({ kind })
  const request = { [key]: { length: 3, chunks: () => [Buffer.from('abc')] } }
  expect(issuesOf(request, 'request')).toEqual([])
  expect(needsInline?.(request)).toBe(true)
  expect(needsInline?.({ [key]: 'abc' })).toBe(false)
})
