import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFixture, workCertificate } from '../../../fixtures/index.ts'
import { countsAtRest } from '../../../fixtures/counts-at-rest.ts'
import type { ConnectionKind } from '../../model/plan.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import {
  errorsOf,
  FAULTY_PLAN,
  PARTY_NAMES,
  SILENT_PLAN,
  resultOf,
  startServers,
  stopServers,
  strike,
} from './faults.fixture.ts'
import type { FaultKind, FaultOptions, PartyName, Servers } from './faults.fixture.ts'

const EVERY = 7

interface Fault {
  readonly what: string
  readonly errorClass: ErrorClass
  readonly options: FaultOptions
  readonly counted: FaultKind
  readonly of: readonly PartyName[]
  readonly over: readonly ConnectionKind[]
}

const FAULTS: readonly Fault[] = [
  {
    what: 'a connection reset',
    errorClass: 'connection',
    options: { resetEvery: EVERY },
    counted: 'reset',
    of: PARTY_NAMES,
    over: ['pooled', 'long-lived', 'short-lived'],
  },
  {
    what: 'garbage bytes',
    errorClass: 'protocol',
    options: { garbageEvery: EVERY },
    counted: 'garbage',
    of: PARTY_NAMES,
    over: ['long-lived', 'short-lived'],
  },
  {
    what: 'no response',
    errorClass: 'timeout',
    options: { silentEvery: EVERY },
    counted: 'silent',
    of: PARTY_NAMES,
    over: ['pooled', 'short-lived'],
  },
  {
    what: 'a WebSocket close with code 1011',
    errorClass: 'connection',
    options: { closeCodeEvery: { n: EVERY, code: 1011 } },
    counted: 'close-code',
    of: ['websocket', 'mcp ws'],
    over: ['pooled'],
  },
  {
    what: 'a reply cut off in the middle of a stream',
    errorClass: 'connection',
    options: { cutStreamEvery: EVERY },
    counted: 'cut-stream',
    of: ['mcp http', 'mcp sse', 'mcp sessions'],
    over: ['long-lived'],
  },
]

const CELLS = FAULTS.flatMap((fault) => fault.over.map((connection) => ({ ...fault, connection })))

let servers: Servers

beforeAll(async () => {
  servers = await startServers(PARTY_NAMES)
})

afterAll(() => stopServers(servers))

describe(`a fault in every ${EVERY}th request`, () => {
  test.each(CELLS)('counts $what as one error of class $errorClass, over $connection connections', async (cell) => {
    const { connection, errorClass } = cell
    const plan = errorClass === 'timeout' ? SILENT_PLAN : FAULTY_PLAN
    const parties = await strike({ ...cell, servers, plan: { ...plan, connection } })
    for (const { name, figures, read, struck } of parties) {
      const every = Math.floor(read / EVERY)
      expect(figures.requestsSent, name).toBeGreaterThan(EVERY)
      expect(errorsOf(figures), name).toEqual({ [errorClass]: every })
      expect(struck, `${name}, counted by its server`).toBe(every)
    }
  })
})

const PLAN = { ...SILENT_PLAN, duration: '1s' } as const

describe.concurrent('a connection that carries several requests at once', () => {
  test('a reset fails the requests in flight on its connection, and no others', async () => {
    const everyNth = 20
    await using server = await startFixture('work', {
      protocol: 'mcp',
      transport: 'tcp',
      delayMs: 30,
      resetEvery: everyNth,
    })
    const result = await resultOf({ ...PLAN, target: server.url, rate: 190, maxConnections: 8 })
    const { answers, verbs, faults } = await countsAtRest(server)
    const read = verbs['read'] ?? 0
    const handshakes = verbs['server/discover'] ?? 0
    expect(faults.reset).toBe(Math.floor(read / everyNth))
    expect(Object.keys(result.errorsByClass)).toEqual(['connection'])
    expect(result.errors).toBeGreaterThan(faults.reset ?? 0)
    expect(result.dropped).toBe(0)
    expect(result.successes).toBeLessThanOrEqual(answers - handshakes)
    expect(result.connections.closed).toBeLessThanOrEqual(faults.reset ?? 0)
  })

  test.for([
    ['reset because of a protocol error', { garbageEvery: EVERY }, 'protocol'],
    ['never answered', { silentEvery: EVERY }, 'timeout'],
  ] as const)('fails one HTTP/2 stream that is %s, and no others', async ([, options, errorClass]) => {
    await using server = await startFixture('work', { protocol: 'http', secure: true, ...options })
    const tls = { ca: workCertificate }
    const result = await resultOf({ ...PLAN, target: server.url, tls, rate: 100, maxConnections: 2 })
    expect(result.protocolVersion).toBe('HTTP/2')
    expect(errorsOf(result)).toEqual({ [errorClass]: Math.floor(100 / EVERY) })
    expect(result.connections).toMatchObject({ reconnects: 0, failed: 0 })
  })
})

// Alone, because the handshakes after each reset need more CPU than the other tests together.
test('a reset fails the open HTTP/2 streams of its connection', async () => {
  await using server = await startFixture('work', { protocol: 'http', secure: true, resetEvery: 20, delayMs: 30 })
  const tls = { ca: workCertificate }
  const result = await resultOf({ ...PLAN, target: server.url, tls, rate: 190, maxConnections: 8 })
  const { faults, answers } = await server.control.counts()
  expect(Object.keys(result.errorsByClass)).toEqual(['connection'])
  expect(result.errors).toBeGreaterThan(faults.reset ?? 0)
  expect(result.successes).toBeLessThanOrEqual(answers)
})
