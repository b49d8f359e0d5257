import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { mix } from '../../plan/mix.ts'
import {
  countsOf,
  errorsOf,
  figuresOf,
  lanesOf,
  PARTY_NAMES,
  readBy,
  resultOf,
  SILENT_PLAN,
  startServers,
  stopServers,
} from './faults.fixture.ts'
import type { Servers } from './faults.fixture.ts'

/** Protocols that can connect and send a request before the server has sent anything. */
const SPEAKS_LATER = new Set(['http', 'tcp'])

const WAIT = { timeout: 10_000, interval: 20 }

let servers: Servers

beforeAll(async () => {
  servers = await startServers(PARTY_NAMES)
})

afterAll(() => stopServers(servers))

test('requests to a suspended server time out, and requests without a connection are dropped', async () => {
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const { pid } of Object.values(servers)) process.kill(pid, name)
  }
  const workload = mix(lanesOf(servers, PARTY_NAMES))
  const rate = 60 * PARTY_NAMES.length
  const result = await resultOf({ ...SILENT_PLAN, duration: '2s', rate, workload, maxConnections: 10 }, async () => {
    await vi.waitUntil(async () => (await countsOf(servers, PARTY_NAMES)).every((counts) => readBy(counts) > 5), WAIT)
    // The kernel accepts data for a suspended process as long as its buffers have room.
    signal('SIGSTOP')
  }).finally(() => signal('SIGCONT'))
  await vi.waitUntil(
    async () => (await countsOf(servers, PARTY_NAMES)).every(({ connectionsOpen }) => connectionsOpen === 0),
    WAIT,
  )
  const reads = (await countsOf(servers, PARTY_NAMES)).map(readBy)
  for (const [index, name] of PARTY_NAMES.entries()) {
    const figures = figuresOf(result, name)
    const { timeout = 0, ...others } = errorsOf(figures)
    expect(others, name).toEqual({})
    expect(timeout, name).toBeGreaterThan(0)
    expect(figures.droppedByReason, name).toEqual({ 'pool-wait': figures.dropped })
    const read = reads[index] ?? Number.NaN
    expect(read, name).toBeGreaterThanOrEqual(figures.successes)
    if (SPEAKS_LATER.has(name)) expect(read, name).toBe(figures.requestsSent)
  }
})
