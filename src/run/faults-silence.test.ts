import { describe, expect, test, vi } from 'vitest'
import { countsAtRest } from '../../fixtures/counts-at-rest.ts'
import { startFixture } from '../../fixtures/index.ts'
import { errorsOf, FAULTY_PLAN, PARTIES, PARTY_NAMES, readBy, resultOf, spokenBy } from './faults.case.ts'

const PLAN = { ...FAULTY_PLAN, rate: 100, duration: '2s', maxConnections: 20 } as const
const WAIT = { timeout: 10_000, interval: 10 }

/** Where a connection can be made, and a request sent, without a word from the server itself. */
const SPEAKS_LATER = new Set(['http', 'tcp'])

describe.concurrent('a server that stands still while its sockets stay open', () => {
  test.for(PARTY_NAMES)('%s: what is sent times out, what finds no connection is dropped', async (name) => {
    await using server = await startFixture('work', PARTIES[name].options)
    // A stopped process: the kernel takes what is sent as long as there is room, and nobody reads it.
    const result = await resultOf({ ...PLAN, ...spokenBy(name), target: server.url }, async () => {
      await vi.waitUntil(async () => readBy(await server.control.counts()) > 20, WAIT)
      process.kill(server.pid, 'SIGSTOP')
    }).finally(() => process.kill(server.pid, 'SIGCONT'))
    const { timeout = 0, ...others } = errorsOf(result)
    const { dropped, requestsSent, successes } = result
    expect(others).toEqual({})
    expect(timeout).toBeGreaterThan(0)
    expect(result.droppedByReason).toEqual({ 'pool-wait': dropped })
    expect(successes + timeout + dropped).toBe(200)
    const read = readBy(await countsAtRest(server))
    if (SPEAKS_LATER.has(name)) expect(read).toBe(requestsSent)
    else expect(read).toBeLessThanOrEqual(requestsSent + 1)
    expect(read).toBeGreaterThanOrEqual(successes)
  })
})
