import { setTimeout } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { countsAtRest } from '../../../fixtures/counts-at-rest.ts'
import { type Fixture, startFixture } from '../../../fixtures/index.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { mcp } from '../../protocols/mcp/index.ts'
import { errorsOf, FAULTY_PLAN, PARTIES, PARTY_NAMES, resultOf, spokenBy } from './faults.fixture.ts'
import type { WorkCounts } from './faults.fixture.ts'

const KINDS = ['pooled', 'long-lived', 'short-lived'] as const
const CONNECTIONS = 5
/** Several times the maximum delay between two attempts to reconnect. */
const RECOVERY_MS = 1_000
const WAIT = { timeout: 30_000, interval: 10 }

const LASTING: WrittenPlan = {
  ...FAULTY_PLAN,
  rate: 100,
  duration: '4s',
  requestTimeout: '10s',
  maxConnections: CONNECTIONS,
  // Exponentially growing delays would outlast the run if a busy machine restarts the server late.
  reconnect: { attempts: 100, maxBackoffMs: 200 },
}

function readsOf({ verbs }: WorkCounts): number {
  return verbs['read'] ?? 0
}

/** Ends the server and its sockets as a crash does. */
async function kill(server: Fixture<'work'>): Promise<void> {
  process.kill(server.pid, 'SIGKILL')
  await server.stop()
}

/** Each party with one of the connection kinds, so that each kind is tested with lines, frames and requests. */
const CASES = PARTY_NAMES.map((name, index) => ({ name, connection: KINDS[(index + 1) % KINDS.length] ?? 'pooled' }))

describe.concurrent('a server that is killed and restarts after 300 ms', () => {
  test.for(CASES)('counts lost requests as errors and completes the others ($name, $connection)', async (cell) => {
    const { options } = PARTIES[cell.name]
    const first = await startFixture('work', options)
    const second = Promise.withResolvers<Fixture<'work'>>()
    let readsOfFirst = 0
    let backAt = 0
    const { connection } = cell
    const result = await resultOf({ ...LASTING, ...spokenBy(cell.name), connection, target: first.url }, async () => {
      await vi.waitUntil(async () => (readsOfFirst = readsOf(await first.control.counts())) > 20, WAIT)
      await kill(first)
      await setTimeout(300)
      second.resolve(await startFixture('work', { ...options, port: first.port }))
      backAt = Date.now()
    })
    const backMs = backAt - Date.parse(result.startedAt)
    await using again = await second.promise
    const readsOfSecond = readsOf(await countsAtRest(again))
    const { connect = 0, connection: lost = 0, 'session-lost': sessions = 0, ...others } = errorsOf(result)
    expect(others).toEqual({})
    expect(connect + lost + sessions).toBeGreaterThan(0)
    expect(result).toMatchObject({ requestsScheduled: 400, dropped: 0 })
    expect(result.intervals.filter(({ startMs, errors }) => startMs > backMs + RECOVERY_MS && errors > 0)).toEqual([])
    if (connection !== 'short-lived') expect(result.connections.reconnects).toBeGreaterThan(0)
    expect(readsOfSecond).toBeGreaterThan(0)
    // Each connection can have lost one answer of those that the first server had read when its counts were taken.
    expect(result.successes - readsOfSecond).toBeGreaterThanOrEqual(readsOfFirst - CONNECTIONS)
  })
})

test('a session that the server deletes fails one request and is replaced', async () => {
  const protocol = mcp({ protocolVersion: '2025-11-25' })
  const connection = { connection: 'long-lived', maxConnections: 4 } as const
  await using server = await startFixture('work', { protocol: 'mcp' })
  const { counts, dropSession } = server.control
  const deleted = 6
  const plan = { ...FAULTY_PLAN, ...connection, protocol, target: server.url, rate: 100, duration: '2s' } as const
  const result = await resultOf(plan, async () => {
    await vi.waitUntil(async () => readsOf(await counts()) > 20, WAIT)
    const { sessionsOpened } = await counts()
    for (let round = 1; round <= deleted; round++) {
      await dropSession()
      await vi.waitUntil(async () => (await counts()).sessionsOpened === sessionsOpened + round, WAIT)
    }
  })
  expect(errorsOf(result)).toEqual({ 'session-lost': deleted })
  expect(result.connections).toMatchObject({ opened: 4 + deleted, reconnects: deleted, failed: 0 })
  expect(result.successes).toBe(200 - deleted)
  const atRest = await countsAtRest(server)
  expect(readsOf(atRest)).toBe(result.successes)
  expect(atRest.sessionsEnded).toBe(atRest.sessionsOpened)
})
