import { expect, test } from 'vitest'
import type { Connection } from '../../../model/protocol.ts'
import { Listening } from './listening.ts'

/** A connection that receives `messages` messages while it listens; records the arguments of `listen`. */
function connectionWith(messages: number): { connection: Connection<unknown>; asked: unknown[] } {
  const asked: unknown[] = []
  const listen = (count: number, maxMs: number): Promise<number> => {
    asked.push([count, maxMs])
    return Promise.resolve(messages)
  }
  return { connection: { listen } as Partial<Connection<unknown>> as Connection<unknown>, asked }
}

/**
 * Returns the arguments of `listen` for a later connection, after the first ones received these numbers of messages.
 */
async function askedOfLater(first: readonly number[], requestTimeoutMs = 10_000): Promise<unknown[]> {
  const listening = new Listening(requestTimeoutMs)
  await Promise.all(first.map((messages) => listening.before(connectionWith(messages).connection)))
  const later = connectionWith(0)
  await listening.before(later.connection)
  return later.asked
}

test('the first connections listen for 50 ms, for any number of messages', async () => {
  const { connection, asked } = connectionWith(3)
  await new Listening(10_000).before(connection)
  expect(asked).toEqual([[Number.POSITIVE_INFINITY, 50]])
})

test('a later connection does not wait when the target greeted none or only some of the first', async () => {
  expect(await askedOfLater([0])).toEqual([])
  expect(await askedOfLater([1, 0, 2])).toEqual([])
})

test('a later connection waits for as many messages as each of the first received', async () => {
  expect(await askedOfLater([3, 2])).toEqual([[2, 1_000]])
})

test('listening leaves time to connect within the request timeout', async () => {
  expect(await askedOfLater([1], 60)).toEqual([[1, 30]])
})

test('an aborted attempt to connect does not count as one without a greeting', async () => {
  const listening = new Listening(10_000)
  await listening.before(connectionWith(0).connection, AbortSignal.abort())
  await listening.before(connectionWith(1).connection)
  const later = connectionWith(1)
  await listening.before(later.connection)
  expect(later.asked).toEqual([[1, 1_000]])
})

test('connections listen at the end for twice the longest service time, from 50 to 500 ms', () => {
  const listening = new Listening(10_000)
  const settled = (fate: 'success' | 'error', serviceMs: number): number => {
    listening.settled({ fate, sentMs: 1_000, doneMs: 1_000 + serviceMs } as Parameters<Listening['settled']>[0])
    return listening.endMs
  }
  expect(listening.endMs).toBe(50)
  expect(settled('success', 10)).toBe(50)
  expect(settled('success', 100)).toBe(200)
  expect(settled('error', 240)).toBe(200)
  expect(settled('success', 5_000)).toBe(500)
})
