import { expect, test } from 'vitest'
import { expectConservation } from './conservation.conformance.ts'
import { cert } from '../../protocols/http/localhost-certificate.fixture.ts'
import { runLoad } from '../index.ts'
import { noNginx, startNginx } from './nginx.fixture.ts'

const skipped = noNginx === undefined ? '' : ` (skipped: ${noNginx})`

test.skipIf(noNginx !== undefined)(
  `nginx answers every request, on connections that it closes at any time${skipped}`,
  async () => {
    await using nginx = await startNginx()
    const result = await runLoad({ target: nginx.url, rate: 1_500, duration: '2s', maxConnections: 2 })
    expect(result).toMatchObject({ requestsScheduled: 3_000, successes: 3_000, protocolVersion: 'HTTP/1.1' })
    // nginx closes each connection normally after 1,000 requests. The connection is reopened, and no request is lost.
    expect(result.connections.reconnects).toBeGreaterThanOrEqual(1)
    expect(result.target.pids.length).toBeGreaterThanOrEqual(1)
    expectConservation(result)
  },
)

test.skipIf(noNginx !== undefined)(
  `loses no request when nginx ends HTTP/2 connections after 20 requests each${skipped}`,
  async () => {
    await using nginx = await startNginx({ keepaliveRequests: 20 })
    const result = await runLoad({
      target: nginx.secureUrl,
      tls: { ca: cert },
      rate: 400,
      duration: '1s',
      maxConnections: 2,
      arrivals: 'poisson',
      seed: 'c0de',
    })
    expect(result.errorsByClass).toEqual({})
    expect(result).toMatchObject({ dropped: 0, protocolVersion: 'HTTP/2' })
    expect(result.connections.opened).toBeGreaterThanOrEqual(result.requestsScheduled / 20)
    expectConservation(result)
  },
)

test.skipIf(noNginx !== undefined)(`counts error responses of nginx by class${skipped}`, async () => {
  await using nginx = await startNginx()
  const result = await runLoad({ target: nginx.url, rate: 100, duration: '1s', request: { path: '/missing' } })
  expect(result.errorsByClass).toMatchObject({
    'http-4xx': { count: 100, first: expect.stringMatching(/^GET \/missing → 404 Not Found "<html> .*<\/html>"$/) },
  })
  expect(result.errorsByClass['http-4xx']?.samples).toEqual([expect.stringMatching(/^404 Not Found\n<html>/)])
  expect(result).toMatchObject({ responsesReceived: 100, unanswered: 0, errorRate: 1 })
})
