import type { WrittenPlan } from '../../../plan/load-plan.ts'
import { formatPlural } from '../../../wording/figures.ts'
import { type Bench, type Check, type CheckGroup, type Observation, shortRun } from '../check.ts'

const REQUESTS = 60

interface Kind {
  readonly name: string
  readonly plan: WrittenPlan
  /** Whether a number of connections is right. */
  readonly isExpected: (connections: number) => boolean
}

const MAXIMUM = 3

const KINDS: readonly Kind[] = [
  { name: 'short-lived', plan: { connection: 'short-lived' }, isExpected: (count) => count === REQUESTS },
  {
    name: 'long-lived',
    plan: { connection: 'long-lived', maxConnections: MAXIMUM },
    isExpected: (count) => count === MAXIMUM,
  },
  {
    // At least 200/s of 14 ms each are 2.9 requests at once on average, so the maximum makes some of them wait.
    name: 'pooled',
    plan: { connection: 'pooled', maxConnections: MAXIMUM, request: { path: '/delayed' } },
    isExpected: (count) => count === MAXIMUM,
  },
]

function connectionCheck({ name, plan, isExpected }: Kind): Check {
  return {
    name: `${name} connections`,
    async observe(bench) {
      const result = await bench.load({ ...shortRun(bench, REQUESTS), ...plan })
      const { requests, connections, peakInFlight } = await bench.server.control.recorded()
      const { maxConnections } = result.plan
      return {
        holds: requests === REQUESTS && isExpected(connections) && peakInFlight <= maxConnections,
        sent: `${formatPlural(result.requestsSent, 'request')} on ${name} connections${plan.maxConnections === undefined ? '' : `, at most ${maxConnections}`}`,
        counted: `${formatPlural(requests, 'request')} on ${formatPlural(connections, 'connection')}, at most ${peakInFlight} at once`,
        result,
      }
    },
  }
}

async function observeReconnection(bench: Bench): Promise<Observation> {
  const request = [
    { name: 'read', path: '/', weight: 4 },
    { name: 'broken', path: '/reset' },
  ]
  const reconnect = { backoffMs: 5, maxBackoffMs: 20 }
  const connection = { connection: 'long-lived', maxConnections: MAXIMUM, reconnect } as const
  const result = await bench.load({ ...shortRun(bench, REQUESTS), ...connection, request })
  const { connections, paths } = await bench.server.control.recorded()
  const breaks = paths['/reset'] ?? 0
  const { reconnects } = result.connections
  const lost = result.errorsByClass.connection?.count ?? 0
  return {
    // Connections that broke at the very end do not return.
    holds: breaks > 0 && lost === breaks && reconnects <= breaks && reconnects >= breaks - MAXIMUM,
    sent: `${formatPlural(result.requestsSent, 'request')}, ${lost} lost with their connections, ${formatPlural(reconnects, 'reconnect')}`,
    counted: `${formatPlural(breaks, 'connection')} reset by the server, ${connections} used`,
    result,
  }
}

/** Connections are as many as their kind says, and return after a break. */
export const connections: CheckGroup = {
  area: 'connections',
  checks: [...KINDS.map(connectionCheck), { name: 'reconnection', observe: observeReconnection }],
}
