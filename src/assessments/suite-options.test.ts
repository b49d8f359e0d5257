import { expect, test } from 'vitest'
import { EXIT } from '../hosts/command/host.ts'
import { capacitySuiteOn } from './capacity/capacity-suite.ts'
import { limitsSuiteOn } from './limits/limits-suite.ts'
import { mcpStressSuiteOn } from './mcp-stress/mcp-stress-suite.ts'
import { protocolsSuiteOn } from './protocols/protocols-suite.ts'
import { scenariosSuiteOn } from './scenarios/scenarios-suite.ts'
import type { SuiteHost } from './suite.ts'
import { runSuite } from './suite-run.fixture.ts'
import { unitSuiteOn } from './unit/unit-suite.ts'

/** Nothing listens there, so that a suite that sent anything would report it. */
const target = 'http://127.0.0.1:9'
const targets = { http: target }

test.each<[string, (host: SuiteHost) => void, readonly string[]]>([
  ['unit', (host) => unitSuiteOn(host)({ durationMs: 10 }), ['durationMs must be at least 300, got 10']],
  [
    'limits',
    (host) => limitsSuiteOn(host)({ target, lengthShare: 25, minRps: 0 }),
    ['minRps must be greater than 0, got 0', 'lengthShare must be greater than 0 and at most 1, got 25'],
  ],
  ['limits', (host) => limitsSuiteOn(host)({ target, lengthShare: 0 }), ['lengthShare must be greater than 0']],
  [
    'scenarios',
    (host) => scenariosSuiteOn(host)({ targets, rate: -1, durationMs: Number.NaN }),
    ['rate must be greater than 0, got -1', 'durationMs must be a finite number, got NaN'],
  ],
  [
    'protocols',
    (host) => protocolsSuiteOn(host)({ targets, rate: 0, phaseMs: -1 }),
    ['rate must be', 'phaseMs must be'],
  ],
  [
    'mcp-stress',
    (host) => mcpStressSuiteOn(host)({ target: 'mcp+http://127.0.0.1:9/mcp', phaseMs: 0, idleMs: -5 }),
    ['phaseMs must be greater than 0, got 0', 'idleMs must not be below 0, got -5'],
  ],
  [
    'capacity',
    (host) => capacitySuiteOn(host)({ target, users: 0, peakUsers: -1, requestsPerUserMinute: 0, phaseMs: 0 }),
    ['users must be', 'peakUsers must be', 'requestsPerUserMinute must be', 'phaseMs must be'],
  ],
])('%s rejects options out of their bounds, all at once and before any traffic', async (_, declare, issues) => {
  const { code, text, record } = await runSuite(declare)
  expect(code, text).toBe(EXIT.usage)
  for (const issue of issues) expect(text).toContain(issue)
  expect(record?.results ?? []).toEqual([])
})
