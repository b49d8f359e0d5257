import { expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { expectConservation } from '../end-to-end/conservation.conformance.ts'
import { runLoad, startLoad } from '../index.ts'
import { startRelay } from './relay.ts'

test('relays all data without loss', async () => {
  await using server = await startFixture('plain', {})
  const relay = await startRelay(new URL(server.url), server.port)
  const result = await runLoad({ target: relay.url, rate: 200, duration: '1s' })
  await relay.close()
  expect(result).toMatchObject({ successes: 200, errors: 0 })
})

test('a cut fails the requests in flight, and later requests succeed', async () => {
  await using server = await startFixture('plain', {})
  const relay = await startRelay(new URL(server.url), server.port)
  const run = startLoad({
    target: relay.url,
    rate: 200,
    duration: '3s',
    connection: 'long-lived',
    maxConnections: 4,
    reconnect: { maxBackoffMs: 100 },
  })
  await run[Symbol.asyncIterator]().next()
  const backMs = await relay.cut()
  const result = await run.result
  await relay.close()
  expect(backMs).toBeGreaterThan(0)
  expect(backMs).toBeLessThan(1_900)
  expect(result.connections.reconnects).toBeGreaterThanOrEqual(4)
  expect(result.intervals.at(-1)?.successes).toBeGreaterThan(0)
  expect(result.successes).toBeGreaterThan(400)
  expectConservation(result)
})
