/**
 * Runs the search for a limit against virtual servers and prints how often its interval contains the truth, which comes
 * from a long simulation of the same queue: `npx node docs/calibration/limits-simulated.ts [SEARCHES]`, 200 of each
 * kind by default. It opens no socket and takes a few minutes.
 */
import { degradationOf } from '../../src/judge/analysis/degradation.ts'
import { nextTrial } from '../../src/judge/analysis/limit-search.ts'
import type { SearchEnd, TrialOutcome } from '../../src/judge/analysis/limit-trial.ts'
import { judgeTrial } from '../../src/judge/analysis/trial-verdict.ts'
import { seeded, trueLimitRps, tryOn, type VirtualServer } from '../../src/judge/analysis/virtual-server.fixture.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }
const options = { slo, maxRps: 100_000, pool: 100, budgetMs: 60_000 }
const REQUESTS = 500_000

const kinds: Readonly<Record<string, VirtualServer>> = {
  'deterministic, 4 × 10 ms': { servers: 4, serviceMs: 10, jitterMs: 1 },
  'deterministic, 4 × 50 ms': { servers: 4, serviceMs: 50, jitterMs: 1 },
  'collapsing, 4 × 10 ms': { servers: 4, serviceMs: 10, collapsesAbove: 48 },
  'collapsing, 4 × 50 ms': { servers: 4, serviceMs: 50, collapsesAbove: 48 },
  'exponential, 4 × 20 ms': { servers: 4, serviceMs: 20, service: 'exponential' },
  'exponential, 1 × 5 ms': { servers: 1, serviceMs: 5, service: 'exponential' },
  'lognormal σ 0.5, 4 × 20 ms': { servers: 4, serviceMs: 20, service: 'lognormal' },
  'lognormal σ 0.8, 4 × 20 ms': { servers: 4, serviceMs: 20, service: 'lognormal', sigma: 0.8 },
  'lognormal σ 1, 4 × 10 ms': { servers: 4, serviceMs: 10, service: 'lognormal', sigma: 1 },
  'lognormal σ 1, 4 × 20 ms': { servers: 4, serviceMs: 20, service: 'lognormal', sigma: 1 },
  'exponential, 4 × 50 ms': { servers: 4, serviceMs: 50, service: 'exponential' },
  'stalls 100 ms / 2 s, 4 × 10 ms': { servers: 4, serviceMs: 10, pauses: { everyMs: 2_000, forMs: 100 } },
  'pauses 300 ms / 5 s, 4 × 10 ms': { servers: 4, serviceMs: 10, pauses: { everyMs: 5_000, forMs: 300 } },
  'errors only': { servers: 4, serviceMs: 10, fails: true },
}

interface Searched {
  readonly end: SearchEnd
  readonly history: readonly TrialOutcome[]
  readonly tookMs: number
}

function search(server: VirtualServer, seed: number): Searched {
  const random = seeded(seed)
  const history: TrialOutcome[] = []
  for (;;) {
    const trial = nextTrial(history, options)
    if (trial.purpose === 'done') {
      return { end: trial, history, tookMs: history.reduce((sum, { tookMs }) => sum + tookMs, 0) }
    }
    const calmMs = history[0]?.serviceMs ?? undefined
    history.push(judgeTrial(trial, tryOn(trial, { server, random, sloMs: slo.p99Ms, calmMs }), slo))
  }
}

/** For a constant service time, the capacity minus the time of its stalls; null if no rate holds the limit. */
function truthOf(server: VirtualServer): number | null {
  const { servers, serviceMs, service, pauses, fails } = server
  if (fails === true || (pauses !== undefined && pauses.forMs >= slo.p99Ms)) return null
  if (service !== undefined) return trueLimitRps(server, slo.p99Ms, REQUESTS)
  return ((1_000 * servers) / serviceMs) * (pauses === undefined ? 1 : 1 - pauses.forMs / pauses.everyMs)
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN
}

const searches = Number(process.argv[2] ?? 200)
console.log(
  '| server | truth | contains it | width: median, largest | collapse | trials | traffic: median, 95% | ended |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
for (const [name, server] of Object.entries(kinds)) {
  const truth = truthOf(server)
  const found = Array.from({ length: searches }, (_, i) => search(server, 7_919 * (i + 1)))
  const contains = found.filter(
    ({ end: { low, high } }) => truth !== null && low !== null && high !== null && low <= truth && truth <= high,
  )
  const widths = found.flatMap(({ end: { low, high } }) =>
    low === null || high === null ? [] : [(100 * (high - low)) / (high + low)],
  )
  const collapses = found.filter(({ history }) => degradationOf(history) === 'collapse')
  const ends = Object.entries(Object.groupBy(found, ({ end }) => end.ended))
  const times = found.map(({ tookMs }) => tookMs / 1_000)
  const cells = [
    name,
    truth === null ? '-' : truth.toFixed(1),
    truth === null ? '-' : `${contains.length} of ${searches}`,
    widths.length === 0 ? '-' : `±${quantile(widths, 0.5).toFixed(1)}%, ±${quantile(widths, 1).toFixed(1)}%`,
    String(collapses.length),
    String(
      quantile(
        found.map(({ history }) => history.length),
        0.5,
      ),
    ),
    `${quantile(times, 0.5).toFixed(0)} s, ${quantile(times, 0.95).toFixed(0)} s`,
    ends.map(([ended, all]) => `${ended} ${all?.length ?? 0}`).join(', '),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
