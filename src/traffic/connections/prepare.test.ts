import { expect, test } from 'vitest'
import type { ConnectionKind } from '../../model/plan.ts'
import type { Connection } from '../../model/protocol.ts'
import { evenly, fatesOf, onVirtualTime, runVirtually } from '../virtual-run.fixture.ts'

onVirtualTime()

const SECOND = { arrivalTimes: evenly(100, 1_000), lastArrivalMs: 1_000 }

/** Prepares for `ms` milliseconds and ignores the abort signal. */
function preparing(ms: number, prepared: Connection<string>[] = []) {
  return async (connection: Connection<string>): Promise<Connection<string>> => {
    prepared.push(connection)
    await new Promise((resolve) => {
      setTimeout(resolve, ms)
    })
    return connection
  }
}

test.each<[ConnectionKind, number]>([
  ['pooled', 1],
  ['long-lived', 5],
  ['short-lived', 10],
])('prepares each of the %s connections once before its first request, outside connect time', async (kind, n) => {
  const prepared: Connection<string>[] = []
  const run = await runVirtually({
    ...SECOND,
    kind,
    maxConnections: 5,
    target: { connect: () => 7 },
    prepare: preparing(40, prepared),
  })
  expect(prepared).toHaveLength(n)
  expect(run.connectMs).toEqual(Array<number>(n).fill(7))
  expect(fatesOf(run)).toEqual({ success: 10 })
  // A short-lived connection opens while its request waits, so connecting and preparing are both part of that wait.
  const waits = run.samples.map(({ dueMs, sentMs }) => sentMs - dueMs)
  expect(new Set(waits)).toEqual(new Set([kind === 'short-lived' ? 47 : 0]))
})

test('uses the connection that prepare returns', async () => {
  const sent: string[] = []
  const run = await runVirtually({
    ...SECOND,
    prepare: async (connection) => ({
      maxInFlight: 1,
      closed: connection.closed,
      get usable() {
        return connection.usable
      },
      exchange(outgoing, events) {
        sent.push(outgoing.payload)
        return connection.exchange(outgoing, events)
      },
      close: () => connection.close(),
      destroy: () => connection.destroy(),
    }),
  })
  expect(fatesOf(run)).toEqual({ success: 10 })
  expect(sent).toHaveLength(10)
})

test('closes a connection whose preparation fails, and fails its request', async () => {
  let prepared = 0
  const run = await runVirtually({
    ...SECOND,
    kind: 'short-lived',
    async prepare(connection) {
      if (prepared++ % 2 === 0) throw new Error('wrong password')
      return connection
    },
  })
  expect(fatesOf(run)).toEqual({ success: 5, connect: 5 })
  expect(run.samples[0]?.message).toBe('wrong password')
  expect(run.pool.counts()).toMatchObject({ opened: 5, failed: 5 })
})

test('allows preparation the same timeout as connecting', async () => {
  const slowly = preparing(250)
  let made = 0
  const run = await runVirtually({
    arrivalTimes: [100, 2_000],
    lastArrivalMs: 2_000,
    kind: 'long-lived',
    maxConnections: 1,
    requestTimeoutMs: 300,
    target: { connect: (attempt) => (attempt === 0 ? 0 : 250) },
    prepare: async (connection) => (made++ === 0 ? connection : slowly(connection)),
    events: [[500, ({ target }) => target.die()]],
  })
  expect(fatesOf(run)).toEqual({ success: 2 })
  expect(run.pool.counts()).toMatchObject({ opened: 2, failed: 0 })
  expect(run.connectMs).toEqual([0, 250])
})

test('abandons a preparation that never ends, and the request that waits for it', async () => {
  const run = await runVirtually({
    arrivalTimes: [100],
    lastArrivalMs: 3_000,
    kind: 'short-lived',
    requestTimeoutMs: 300,
    prepare: preparing(1_000),
  })
  expect(fatesOf(run)).toEqual({ timeout: 1 })
  expect(run.pool.counts()).toMatchObject({ opened: 0, failed: 1 })
})
