import { expect, test } from 'vitest'
import { countsAtRest } from '../../../fixtures/counts-at-rest.ts'
import { startFixture } from '../../../fixtures/index.ts'
import { runLoad } from '../index.ts'
import { expectConservation } from './conservation.conformance.ts'

test('sends 2 000 small messages per second over at most 100 TCP connections, without tracing', async () => {
  await using server = await startFixture('work', { protocol: 'tcp' })
  const result = await runLoad({
    target: server.url,
    rate: 2_000,
    duration: '1s',
    workload: 'write-heavy',
    messageSize: 'small',
    connection: 'pooled',
    maxConnections: 100,
    tracing: 'off',
  })
  expectConservation(result)
  expect(result).toMatchObject({ requestsScheduled: 2_000, errorsByClass: {}, dropped: 0, slowest: [] })
  const { requests, answers, connectionsOpened, bytesIn } = await countsAtRest(server)
  expect([requests, answers]).toEqual([result.requestsSent, result.successes])
  expect(bytesIn).toBe(result.bytesSent)
  // One more connection checks whether the server listens.
  expect(connectionsOpened).toBeLessThanOrEqual(101)
})
