import { expect, test } from 'vitest'
import { capacitySuiteOn } from './capacity/capacity-suite.ts'
import { countingServer } from './counting-server.fixture.ts'
import { protocolsSuiteOn } from './protocols/protocols-suite.ts'
import { sentBy } from './sent-requests.fixture.ts'
import type { SuiteHost } from './suite.ts'
import { runSuite } from './suite-run.fixture.ts'

const OPERATIONS = {
  read: { path: '/items' },
  write: { method: 'POST', path: '/items' },
  stream: { path: '/events', stream: 'sse' },
} as const
const COUNTED: Readonly<Record<string, string>> = { read: 'GET /items', write: 'POST /items', stream: 'GET /events' }

test.each<[string, (http: string) => (host: SuiteHost) => void]>([
  [
    'protocols',
    (http) => (host) => protocolsSuiteOn(host)({ targets: { http }, operations: OPERATIONS, rate: 50, phaseMs: 160 }),
  ],
  [
    'capacity',
    (target) => (host) =>
      capacitySuiteOn(host)({ target, operations: OPERATIONS, users: 100, phaseMs: 100, maxRps: 100 }),
  ],
])(
  '%s reports every request that the server counted, with warm-ups and unlisted runs',
  { timeout: 180_000 },
  async (_, suiteOn) => {
    const server = await countingServer()
    const { record } = await runSuite(suiteOn(server.url))
    const reported = record && sentBy(record, (operation) => COUNTED[operation.replace(/^http /, '')] ?? operation)
    expect([...(reported?.keys() ?? [])].toSorted()).toEqual([...server.counts.keys()].toSorted())
    for (const [key, counted] of server.counts) {
      // A request that was cancelled at the end of a run may not have arrived, and a cut connection loses its requests.
      expect(Math.abs((reported?.get(key) ?? 0) - counted), key).toBeLessThanOrEqual(Math.max(2, 0.01 * counted))
    }
  },
)
