import type { SuiteContext } from '../suite.ts'
import { realDelay } from '../../model/real-time.ts'
import type { LoadResult } from '../../model/result.ts'
import { rampUp } from '../../traffic/patterns/index.ts'
import type { ClaimsServer, ServerCounts } from './claims-process.ts'
import { formatMs } from '../../wording/figures.ts'

/** What was observed for a claim. */
export interface Observation {
  readonly holds: boolean
  readonly observed: string
  readonly result: LoadResult
}

/** A claim that describe-load makes, and the traffic that checks it on both sides. */
export interface Claim {
  readonly text: string
  show(context: SuiteContext, server: ClaimsServer): Promise<Observation>
}

/** Every claim, one line each. */
export const claims: readonly Claim[] = [
  {
    text: 'a ramp from 0 to 200/s over 2 s sends 200 requests, a quarter of them in its first half',
    async show({ load }, server) {
      const pattern = rampUp({ from: 0, to: 200, duration: 2_000 })
      const result = await load({ pattern, arrivals: 'uniform', tracing: 'off' })
      const { requests, arrivedMs } = await server.ask({ type: 'counts' })
      // The first arrival is due at 141 ms, where Λ(t) = 50 t² is 1.
      const zeroMs = (arrivedMs[0] ?? 0) - 1_000 * Math.sqrt(1 / 50)
      const early = arrivedMs.filter((ms) => ms - zeroMs <= 1_000).length
      const observed = `the server counted ${requests}, ${early} of them in the first half`
      return { holds: requests === 200 && Math.abs(early - 50) <= 5, observed, result }
    },
  },
  {
    text: 'bodies have exactly the length that the plan sets',
    async show({ load }, server) {
      const request = { method: 'POST', path: '/' } as const
      const result = await load({ rate: 200, duration: 500, request, messageSize: { from: 1_000, to: 2_000 } })
      const { bodies } = await server.ask({ type: 'counts' })
      const within = bodies.filter((bytes) => bytes >= 1_000 && bytes < 2_000).length
      return { holds: within === 100 && bodies.length === 100, observed: `${within} of ${bodies.length} were`, result }
    },
  },
  {
    text: 'short-lived connections serve one request each',
    async show({ load }, server) {
      const result = await load({ rate: 100, duration: 500, connection: 'short-lived' })
      return connections(result, await server.ask({ type: 'counts' }), 50)
    },
  },
  {
    text: 'long-lived connections are kept and used in turn',
    async show({ load }, server) {
      const result = await load({ rate: 100, duration: 500, connection: 'long-lived', maxConnections: 5 })
      return connections(result, await server.ask({ type: 'counts' }), 5)
    },
  },
  {
    text: 'service times are those that the server itself recorded, within 1% and 2 ms',
    async show({ load }, server) {
      const result = await load({ rate: 200, duration: '2s', request: { path: '/delayed' }, maxConnections: 50 })
      const { tookMs } = await server.ask({ type: 'counts' })
      const { serviceTime } = result
      const recordedMs = tookMs.toSorted((a, b) => a - b)
      if (serviceTime.p50Ms === undefined) return { holds: false, observed: 'nothing was measured', result }
      const pairs = [
        [serviceTime.p50Ms, percentileOf(recordedMs, 0.5)],
        [serviceTime.p90Ms, percentileOf(recordedMs, 0.9)],
      ] as const
      const observed = pairs
        .map(([measuredMs, serverMs]) => `${formatMs(measuredMs)} ms against ${formatMs(serverMs)} ms`)
        .join(', ')
      const holds = pairs.every(([measuredMs, serverMs]) => Math.abs(measuredMs - serverMs) <= 0.01 * serverMs + 2)
      return { holds, observed, result }
    },
  },
  {
    text: 'errors are counted by class, each one once',
    async show({ load }, server) {
      const request = [{ path: '/' }, { path: '/failing' }, { path: '/reset' }]
      const result = await load({ rate: 150, duration: '1s', request, maxConnections: 40 })
      const { paths } = await server.ask({ type: 'counts' })
      const { successes, requestsScheduled, errorsByClass } = result
      const [failing, lost] = [errorsByClass['http-5xx']?.count ?? 0, errorsByClass.connection?.count ?? 0]
      const observed = `${successes} succeeded, ${failing} failed with 503, ${lost} were lost; the server counted ${JSON.stringify(paths)}`
      const all = successes + failing + lost === requestsScheduled
      return { holds: all && failing === paths['/failing'] && lost === paths['/reset'], observed, result }
    },
  },
  {
    text: 'a stalled server delays every request scheduled meanwhile: the response time shows it, the service time does not',
    async show({ startLoad }, server) {
      const run = await startLoad({ rate: 200, duration: '3s', maxConnections: 10 })
      await realDelay(1_200)
      await server.ask({ type: 'stall', ms: 500 })
      const result = await run.result
      const { responseTime: response, serviceTime: service } = result
      if (response.p95Ms === undefined || service.p95Ms === undefined)
        return { holds: false, observed: 'nothing was measured', result }
      // 100 of 600 arrivals wait, evenly distributed up to 500 ms: the slowest 5% of all waited at least 350 ms.
      const observed = `p95 of the response time ${formatMs(response.p95Ms)} ms, of the service time ${formatMs(service.p95Ms)} ms`
      return { holds: response.p95Ms > 250 && service.p95Ms < 100, observed, result }
    },
  },
  {
    text: 'every request carries a unique context with which a server continues its trace',
    async show({ load }, server) {
      const result = await load({ rate: 200, duration: 500, tracing: 'all' })
      const { traceparents } = await server.ask({ type: 'counts' })
      const valid = new Set(traceparents.filter((each) => /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/.test(each)))
      return {
        holds: valid.size === 100,
        observed: `${valid.size} of ${traceparents.length} contexts were valid and distinct`,
        result,
      }
    },
  },
]

function connections(result: LoadResult, counts: ServerCounts, expected: number): Observation {
  const observed = `the server counted ${counts.connections} for ${counts.requests} requests`
  return { holds: counts.requests === 50 && counts.connections === expected, observed, result }
}

function percentileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
