import { expect, test } from 'vitest'
import { capacitySuiteOn } from './capacity/capacity-suite.ts'
import { countingServer } from './counting-server.fixture.ts'
import { protocolsSuiteOn } from './protocols/protocols-suite.ts'
import { scenariosSuiteOn } from './scenarios/scenarios-suite.ts'
import type { SuiteHost } from './suite.ts'
import { runSuite } from './suite-run.fixture.ts'

/** Requests in the busiest second: the ceiling, and a few that were due in the second before. */
const CEILING = 40
const TOLERANCE = 5

const write = { method: 'POST', path: '/items' }

test.for([
  ['protocols', 'LOAD_RATE', (host: SuiteHost, url: string) => protocolsSuiteOn(host)({ targets: { http: url } })],
  [
    'scenarios',
    'LOAD_RATE',
    (host: SuiteHost, url: string) => scenariosSuiteOn(host)({ targets: { http: url }, operations: { write } }),
  ],
  ['capacity', 'LOAD_MAX_RPS', (host: SuiteHost, url: string) => capacitySuiteOn(host)({ target: url })],
] as const)('no phase of %s exceeds %s', async ([suite, variable, declare]) => {
  const server = await countingServer()
  // Long enough for a phase to send more than half of the ceiling, however long the pause to the next one is.
  const variables = { [variable]: String(CEILING), LOAD_DURATION: '0.8' }
  const { text } = await runSuite((host) => declare(host, server.url), variables)
  expect(server.busiestSecond(), text).toBeLessThanOrEqual(CEILING + TOLERANCE)
  expect(server.busiestSecond(), text).toBeGreaterThan(CEILING / 2)
  if (suite !== 'capacity') return
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'More than 80 users were not tried, because their load exceeds the ceiling of 40 req/s (LOAD_MAX_RPS, LOAD_RATE, maxRps).',
  )
})
