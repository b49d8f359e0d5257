import { describe, expect, test } from 'vitest'
import { allRequests, mainProtocol, operationsOf, sentKeys, type SentOptions } from './operations.ts'

const READ = { path: '/items' }
const WRITE = { method: 'POST', path: '/items' }
const http = { protocol: 'http', target: 'http://127.0.0.1:1' } as const

describe('the operations of a suite', () => {
  test.for([
    [{ request: READ }, { read: [READ] }],
    [{ request: WRITE }, { write: [WRITE] }],
    [{ request: [READ, WRITE] }, { read: [READ], write: [WRITE] }],
    [
      { request: READ, operations: { stream: { path: '/events' } } },
      { read: [READ], stream: [{ path: '/events' }] },
    ],
    [{ operations: { http: { write: WRITE }, tcp: { write: { data: 'x' } } } }, { write: [WRITE] }],
  ] as const)('are read from %j', ([options, expected]) => {
    expect(operationsOf(options, {}, 'http', true)).toEqual(expected)
  })

  test('of the environment take precedence', () => {
    const options = { request: READ, operations: { write: { method: 'PUT' } } }
    const environment = { request: { path: '/cart' }, operations: { write: WRITE } }
    expect(operationsOf(options, environment, 'http', true)).toEqual({ read: [{ path: '/cart' }], write: [WRITE] })
  })

  test('belong to one protocol, unless they name it', () => {
    expect(mainProtocol({ tcp: 'tcp://127.0.0.1:1', http: 'http://127.0.0.1:1' })).toBe('http')
    expect(mainProtocol({ mcp: 'mcp+http://127.0.0.1:1' })).toBe('mcp')
    expect(operationsOf({ request: READ, operations: { write: WRITE } }, {}, 'tcp', false)).toEqual({})
    expect(operationsOf({ operations: { tcp: { read: { data: 'x' } } } }, {}, 'tcp', false)).toEqual({
      read: [{ data: 'x' }],
    })
  })

  test.for([
    [{ operations: { raed: READ } }, 'operations.raed is not one of: read, write, stream, batch'],
    [{ operations: { http: { rite: WRITE } } }, 'operations.http.rite is not one of: read, write, stream, batch'],
    [{ operations: { http: {}, tpc: {} } }, 'operations.tpc is not one of:'],
    [
      { operations: { htp: { read: READ } } },
      /^operations\.htp is not one of: read, write, stream, batch, .*\s+→ did you mean http\?$/,
    ],
    [{ operations: { read: { pth: '/' } } }, 'operations.read.pth is not a key of an HTTP request'],
    [{ request: [] }, 'request must list at least one request'],
  ] as const)('of %j are invalid', ([options, message]) => {
    expect(() => operationsOf(options as unknown as SentOptions, {}, 'http', true)).toThrow(message)
  })
})

describe('a workload', () => {
  test('sends its share of each operation', () => {
    expect(sentKeys('read-heavy', { read: [READ], write: [WRITE] }, http)).toEqual({
      keys: {
        request: [
          { ...READ, name: 'read', weight: 90 },
          { ...WRITE, name: 'write', weight: 10 },
        ],
      },
    })
  })

  test('divides its share among several requests by their weight', () => {
    const write = [
      { ...WRITE, weight: 3 },
      { method: 'PUT', path: '/items/1', name: 'put' },
    ]
    expect(sentKeys('write-heavy', { write }, http)).toMatchObject({
      keys: {
        request: [
          { name: 'read', weight: 10 },
          { name: 'write 1', weight: 67.5 },
          { name: 'put', weight: 22.5 },
        ],
      },
    })
  })

  test('sends the default request of the protocol as a read, and misses every other operation', () => {
    expect(sentKeys('balanced', { write: [WRITE] }, http)).toMatchObject({
      keys: { request: [{ name: 'read' }, WRITE] },
    })
    expect(sentKeys('balanced', { read: [READ] }, http)).toEqual({
      missing: { protocol: 'http', operations: ['write'] },
    })
    expect(sentKeys('stream', {}, { protocol: 'websocket', target: 'ws://127.0.0.1:1' })).toEqual({
      missing: { protocol: 'websocket', operations: ['stream'] },
    })
  })

  test('is done by an embedded target, unless the user defines operations', () => {
    const embedded = { protocol: 'http', target: 'http://127.0.0.1:1/#embedded' } as const
    expect(sentKeys('balanced', {}, embedded)).toEqual({ keys: { workload: 'balanced' } })
    expect(sentKeys('read', { read: [READ] }, embedded)).toMatchObject({ keys: { request: [READ] } })
  })

  test('sends the bulk request of a batch, or ten operations at once', () => {
    const batch = { method: 'POST', path: '/bulk' }
    expect(sentKeys('batch', { batch: [batch] }, http)).toEqual({
      keys: { request: [{ ...batch, name: 'batch', weight: 1 }] },
    })
    expect(sentKeys('batch', { write: [WRITE] }, http)).toMatchObject({ keys: { batchSize: 10 } })
  })
})

test('a suite without workloads sends all requests', () => {
  expect(allRequests({})).toBeUndefined()
  expect(allRequests({ write: [WRITE] })).toEqual(WRITE)
  expect(allRequests({ read: [{ ...READ, weight: 4 }], write: [WRITE] })).toEqual([
    { ...READ, name: 'read', weight: 4 },
    { ...WRITE, name: 'write', weight: 1 },
  ])
})
