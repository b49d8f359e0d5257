/**
 * Runs the search for a limit against real servers of known capacity, each in a separate process, and prints its result
 * and the truth: `npx node docs/calibration/limits.ts KIND …`, by default every kind once. A search takes about a
 * minute. The truth of a random service time comes from a simulation of the queue, which shares no code with the
 * search.
 */
import { startFixture } from '../../fixtures/index.ts'
import { searchLimit } from '../../src/assessments/limits/limit-loop.ts'
import { startMerged } from '../../src/run/index.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }
const CONNECTIONS = 100
const SIMULATED = 4_000_000

type Service = 'deterministic' | 'exponential' | 'lognormal'

interface Kind {
  readonly service: Service
  readonly servers: number
  readonly serviceMs: number
  readonly sigma?: number
  readonly collapse?: object
  readonly pause?: { readonly everyMs: number; readonly forMs: number }
}

const kinds: Readonly<Record<string, Kind>> = {
  deterministic: { service: 'deterministic', servers: 4, serviceMs: 10 },
  collapsing: { service: 'deterministic', servers: 4, serviceMs: 10, collapse: {} },
  exponential: { service: 'exponential', servers: 4, serviceMs: 20 },
  lognormal: { service: 'lognormal', servers: 4, serviceMs: 20, sigma: 0.8 },
  pausing: { service: 'deterministic', servers: 4, serviceMs: 10, pause: { everyMs: 5_000, forMs: 300 } },
}

/** Returns the p99 of the response time at a rate, for c servers behind one queue with evenly spaced arrivals. */
function simulatedP99Ms({ service, servers, serviceMs, sigma = 0.5 }: Kind, rate: number): number {
  const free = new Float64Array(servers)
  const timesMs = new Float64Array(SIMULATED)
  for (let n = 0; n < SIMULATED; n++) {
    const arrivedMs = (1_000 * n) / rate
    const place = free.indexOf(Math.min(...free))
    free[place] = Math.max(arrivedMs, free[place] ?? 0) + serviceMs * drawn(service, sigma)
    timesMs[n] = (free[place] ?? 0) - arrivedMs
  }
  return timesMs.sort()[Math.floor(0.99 * SIMULATED)] ?? Number.NaN
}

function drawn(service: Service, sigma: number): number {
  if (service === 'deterministic') return 1
  if (service === 'exponential') return -Math.log(1 - Math.random())
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
  return Math.exp(sigma * normal - sigma ** 2 / 2)
}

function truthOf(kind: Kind): number | null {
  if (kind.pause !== undefined) return null
  const capacity = (1_000 * kind.servers) / kind.serviceMs
  if (kind.service === 'deterministic') return capacity
  let [low, high] = [0.5 * capacity, capacity]
  while (high / low > 1.002) {
    const middle = (low + high) / 2
    if (simulatedP99Ms(kind, middle) <= slo.p99Ms) low = middle
    else high = middle
  }
  return low
}

async function search(name: string, run: number): Promise<void> {
  const kind = kinds[name]
  await using fixture =
    kind === undefined
      ? await startFixture('costly', { leakBytes: 20_000, cpuMs: 2 })
      : await startFixture('capacity', {
          ...kind,
          serviceDistribution: kind.service,
          seed: `${name} ${run} ${Date.now()}`,
        })
  const startedMs = performance.now()
  const { findings, measured } = await searchLimit({
    slo,
    maxRps: 100_000,
    maxConnections: CONNECTIONS,
    plan: { target: fixture.url, tracing: 'off' },
    startLoad: async (plan) => startMerged(plan),
    signal: new AbortController().signal,
    onFindings: () => {},
  })
  const tookS = (performance.now() - startedMs) / 1_000
  const [low, high] = findings.interval
  const truth = kind === undefined ? null : truthOf(kind)
  const isContained = truth !== null && low !== null && high !== null && low <= truth && truth <= high
  const width = low !== null && high !== null ? `±${((100 * (high - low)) / (high + low)).toFixed(1)}%` : '-'
  const cells = [
    name,
    truth === null ? '-' : truth.toFixed(1),
    `${low ?? '-'} to ${high ?? '-'}`,
    width,
    truth === null ? '-' : isContained ? 'yes' : 'no',
    findings.ended,
    findings.degradation,
    findings.bottleneck.resource ?? '-',
    String(measured.length),
    `${tookS.toFixed(0)} s`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
  for (const { message } of findings.notes) console.log(`  ${message}`)
  if (process.env['CALIBRATION_TRIALS'] !== undefined) {
    for (const { outcome } of measured) {
      const { trial, rate, verdict, achievedRps, p50Ms, p99Ms, reasons } = outcome
      console.log(
        `    ${trial.purpose} ${rate.toFixed(1)} ${verdict} ${achievedRps.toFixed(1)} p50 ${p50Ms} p99 ${p99Ms} ${reasons.map(({ message }) => message).join('; ')}`,
      )
    }
    console.log(`    ${findings.bottleneck.evidence.map(({ message }) => message).join('; ')}`)
    console.log(
      `    ${measured.flatMap(({ result }) => result.target.samples.map(({ rssMb }) => rssMb?.toFixed(0))).join(' ')}`,
    )
  }
}

const asked = process.argv.slice(2)
for (const [run, name] of (asked.length > 0 ? asked : [...Object.keys(kinds), 'leaking']).entries())
  await search(name, run)
