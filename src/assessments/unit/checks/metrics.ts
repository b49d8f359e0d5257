import type { LoadResult } from '../../../model/result.ts'
import { formatCount, formatMs, formatPlural } from '../../../wording/figures.ts'
import { type Bench, type CheckGroup, type Observation, whenReceived } from '../check.ts'
import { workDuring } from '../work-during.ts'

const RATE = 200
/** Length of a run that is observed while it goes on: threads post their figures once a second. */
const OBSERVED_MS = 1_300
/** Requests after which it is observed. */
const OBSERVED = 240

async function observeServiceTimes({ load, server, durationMs }: Bench): Promise<Observation> {
  const result = await load({ rate: RATE, request: { path: '/delayed' }, maxConnections: 50, duration: durationMs })
  const { tookMs } = await server.control.recorded()
  const { serviceTime } = result
  if (serviceTime.p50Ms === undefined) return nothingMeasured(result)
  const recorded = tookMs.toSorted((a, b) => a - b)
  const pairs = [
    [serviceTime.p50Ms, percentileOf(recorded, 0.5)],
    [serviceTime.p90Ms, percentileOf(recorded, 0.9)],
  ] as const
  const [[p50Ms, serverP50Ms], [p90Ms, serverP90Ms]] = pairs
  return {
    holds: pairs.every(([measuredMs, serverMs]) => Math.abs(measuredMs - serverMs) <= 0.01 * serverMs + 2),
    sent: `service time p50 ${formatMs(p50Ms)}, p90 ${formatMs(p90Ms)} ms`,
    counted: `p50 ${formatMs(serverP50Ms)}, p90 ${formatMs(serverP90Ms)} ms`,
    result,
  }
}

/** The requests that wait for a stalled server show in the response time, but not in the service time. */
async function observeStall(bench: Bench): Promise<Observation> {
  const { startLoad, server, durationMs } = bench
  const lengthMs = 1.5 * durationMs
  const stallMs = lengthMs / 4
  // The stall affects the service time of the requests in flight only: 3 of at least 100.
  const run = await startLoad({ rate: RATE, duration: lengthMs, maxConnections: 3 })
  await whenReceived(bench, (0.3 * RATE * lengthMs) / 1_000)
  await server.control.stall(stallMs)
  const result = await run.result
  const { responseTime: response, serviceTime: service } = result
  if (response.p95Ms === undefined || service.p95Ms === undefined) return nothingMeasured(result)
  return {
    // A quarter of the arrivals waits, evenly distributed up to the stall: the slowest 5% of all waited 0.8 of it.
    holds: response.p95Ms > 0.6 * stallMs && service.p95Ms < 0.3 * stallMs,
    sent: `p95 ${formatMs(response.p95Ms)} ms with the wait, ${formatMs(service.p95Ms)} ms without`,
    counted: `no response for ${formatMs(stallMs)} ms of ${formatMs(lengthMs)} ms`,
    result,
  }
}

async function observeBytes(bench: Bench): Promise<Observation> {
  const { result, done } = await workDuring(bench, 'http', ({ url }) =>
    bench.load({ target: url, rate: RATE, duration: 0.3 * bench.durationMs, workload: 'balanced' }),
  )
  return {
    holds: result.bytesSent === done.bytesIn && result.bytesReceived === done.bytesOut,
    sent: `${formatCount(result.bytesSent)} bytes sent, ${formatCount(result.bytesReceived)} received`,
    counted: `${formatCount(done.bytesIn)} bytes in, ${formatCount(done.bytesOut)} out`,
    result,
  }
}

async function observeRunningLoad(bench: Bench): Promise<Observation> {
  const run = await bench.startLoad({ rate: RATE, duration: OBSERVED_MS })
  await whenReceived(bench, OBSERVED)
  const soFar = run.metrics()
  const { requests } = await bench.server.control.recorded()
  const result = await run.result
  const isFirstPart = soFar.ended === 'running' && soFar.successes > 0 && soFar.successes <= requests
  return {
    holds: isFirstPart && soFar.generatorId === result.generatorId && result.successes === result.requestsSent,
    sent: `${formatPlural(soFar.successes, 'response')} so far, ${formatCount(result.successes)} at the end`,
    counted: `${formatPlural(requests, 'request')} so far`,
    result,
  }
}

function nothingMeasured(result: LoadResult): Observation {
  return { holds: false, sent: 'nothing was measured', counted: 'no response was recorded', result }
}

function percentileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

/** Figures are those that the server itself recorded. */
export const metrics: CheckGroup = {
  area: 'metrics',
  checks: [
    { name: 'service times', isTimed: true, observe: observeServiceTimes },
    { name: 'response times of a stalled server', isTimed: true, observe: observeStall },
    { name: 'bytes', observe: observeBytes },
    { name: 'figures of a running load', observe: observeRunningLoad },
  ],
}
