/**
 * Measures how often verdicts on the error rate and on a sustained rate are wrong, on simulated services at 100
 * requests per second, with the functions that judge real runs.
 *
 *   npx node docs/calibration/rates.ts [--runs 2000] [--spans 3,10,30,100,300]
 */
import { parseArgs } from 'node:util'
import type { Batches } from '../../src/model/figures.ts'
import type { LoadResult } from '../../src/model/result.ts'
import { evenBatches, resultOf } from '../../src/judge/result.builder.ts'
import { errorRateVerdict } from '../../src/judge/verdict/error-rate.ts'
import type { JudgedVerdict } from '../../src/judge/verdict/judged-verdict.ts'
import { seeded } from '../../src/judge/verdict/simulated-services.builder.ts'
import { sustainedRateVerdict } from '../../src/judge/verdict/sustained-rate.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, spans: { type: 'string', default: '3,10,30,100,300' } },
})
const RUNS = Number(values.runs)
const SPANS_MS = values.spans.split(',').map((seconds) => 1_000 * Number(seconds))
const RPS = 100
const exponential = (random: () => number): number => -Math.log(random())

/** A finished run without relevant latencies; everything that determines a verdict on a rate is replaced. */
const template = resultOf({ batches: evenBatches(1, 1, () => 10), batchMs: 100 })

function batchLengthMs(spanMs: number): number {
  let lengthMs = 100
  while (spanMs / lengthMs > 64) lengthMs *= 2
  return lengthMs
}

function resultWith(
  spanMs: number,
  counts: { arrived: number; failed: number },
  batches: Partial<Batches>,
): LoadResult {
  const { arrived, failed } = counts
  return {
    ...template,
    durationMs: spanMs,
    offeredRps: (1_000 * arrived) / spanMs,
    requestsScheduled: arrived,
    requestsSent: arrived,
    responsesReceived: arrived,
    successes: arrived - failed,
    errors: failed,
    unanswered: 0,
    errorRate: arrived === 0 ? 0 : failed / arrived,
    serviceTime: { count: 0 },
    batches: { ...template.batches, lengthMs: batchLengthMs(spanMs), ...batches },
  }
}

interface Failures {
  readonly name: string
  readonly rate: number
  /** Period of a cycle of failures; verdicts are guaranteed only if it is below 1/20 of the run. */
  readonly cycleMs: number
  fails(random: () => number): (atMs: number) => boolean
}

/** Outages of a fixed length, after exponential pauses with a mean of `everyMs`. */
function outages(lengthMs: number, everyMs: number): Failures {
  return {
    name: `outages of ${lengthMs / 1_000} s every ${everyMs / 1_000} s on average`,
    rate: lengthMs / (lengthMs + everyMs),
    cycleMs: lengthMs + everyMs,
    fails(random) {
      let startMs = random() < lengthMs / (lengthMs + everyMs) ? -lengthMs * random() : exponential(random) * everyMs
      return (atMs) => {
        while (atMs >= startMs + lengthMs) startMs += lengthMs + exponential(random) * everyMs
        return atMs >= startMs
      }
    },
  }
}

const failures: readonly Failures[] = [
  { name: 'independent', rate: 0.02, cycleMs: 10, fails: (random) => () => random() < 0.02 },
  outages(50, 2_450),
  outages(500, 24_500),
  outages(500, 9_500),
  outages(2_000, 98_000),
]

function judgeErrors(spanMs: number, process: Failures, run: number, limit: number): JudgedVerdict {
  const random = seeded(run + spanMs)
  const lengthMs = batchLengthMs(spanMs)
  const size = Math.ceil(spanMs / lengthMs)
  const errors = Array.from({ length: size }, () => 0)
  const successes = Array.from({ length: size }, () => 0)
  const fails = process.fails(random)
  const arrived = (spanMs * RPS) / 1_000
  let failed = 0
  for (let i = 0; i < arrived; i++) {
    const atMs = (i + 0.5) * (1_000 / RPS)
    const batch = Math.floor(atMs / lengthMs)
    if (fails(atMs)) {
      failed++
      errors[batch] = (errors[batch] ?? 0) + 1
    } else successes[batch] = (successes[batch] ?? 0) + 1
  }
  const dropped = errors.map(() => 0)
  const result = resultWith(spanMs, { arrived, failed }, { errors, successes, dropped })
  return errorRateVerdict(result, result, { limit })
}

/** When requests end, from their arrivals in time order. */
type Service = (atMs: number) => number

/** A queue with `servers` exponential servers at `load`. */
function queue(random: () => number, servers: number, load: number): Service {
  const meanServiceMs = (load * servers * 1_000) / RPS
  const freeMs = new Float64Array(servers).fill(-Infinity)
  return (atMs) => {
    let server = 0
    for (let other = 1; other < servers; other++) if ((freeMs[other] ?? 0) < (freeMs[server] ?? 0)) server = other
    const doneMs = Math.max(atMs, freeMs[server] ?? 0) + exponential(random) * meanServiceMs
    freeMs[server] = doneMs
    return doneMs
  }
}

/** Lognormal response times with this median and σ, which do not depend on the load. */
function delays(random: () => number, medianMs: number, sigma: number): Service {
  return (atMs) => {
    const normal = Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random())
    return atMs + medianMs * Math.exp(sigma * normal)
  }
}

interface Served {
  readonly spanMs: number
  /** Arrivals before the run, to start in steady state. */
  readonly settleMs: number
  /** Requests that take longer fail. */
  readonly timeoutMs: number
}

/** Judges Poisson arrivals at a service. The batches end with the last response. */
function judgeRate(random: () => number, service: Service, { spanMs, settleMs, timeoutMs }: Served): JudgedVerdict {
  const ended: { readonly atMs: number; readonly endMs: number; readonly failed: boolean }[] = []
  for (let atMs = -settleMs; ;) {
    atMs += (exponential(random) * 1_000) / RPS
    if (atMs >= spanMs) break
    const doneMs = service(atMs)
    const endMs = Math.min(doneMs, atMs + timeoutMs)
    if (endMs > 0) ended.push({ atMs, endMs, failed: doneMs > endMs })
  }
  const totalMs = ended.reduce((last, { endMs }) => Math.max(last, endMs), spanMs)
  const lengthMs = batchLengthMs(totalMs)
  const size = Math.floor(totalMs / lengthMs) + 1
  const zeros = Array.from({ length: size }, () => 0)
  const [arrivals, successes, errors, change] = [[...zeros], [...zeros], [...zeros], [...zeros, 0]]
  const add = (column: number[], ms: number, count = 1): void => {
    const batch = Math.max(0, Math.floor(ms / lengthMs))
    column[batch] = (column[batch] ?? 0) + count
  }
  let [arrived, failed] = [0, 0]
  for (const each of ended) {
    add(change, each.atMs)
    add(change, each.endMs, -1)
    if (each.atMs < 0) continue
    arrived++
    add(arrivals, each.atMs)
    add(each.failed ? errors : successes, each.endMs)
    if (each.failed) failed++
  }
  let inFlightNow = 0
  const inFlight = zeros.map((_, batch) => (inFlightNow += change[batch] ?? 0))
  const result = resultWith(
    spanMs,
    { arrived, failed },
    { lengthMs, arrivals, inFlight, successes, errors, dropped: zeros },
  )
  const judged = { ...result, offeredRps: RPS, unanswered: failed, arrivals: 'poisson' } as const
  return sustainedRateVerdict(judged, judged, { rps: RPS, within: 0.01 })
}

const share = (count: number): string => ((100 * count) / RUNS).toFixed(1)

console.log('## Error rates\n')
console.log(
  'The limit is 2% from the true rate for "wrong", and a quarter or four times of it for the other columns.\n',
)
console.log(
  '| failures | true rate | run | cycle below 1/20 of the run | wrong pass / fail, % | proven pass at 4 × / fail at ¼ ×, % | red at 4 × / green at ¼ ×, % |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const process of failures) {
  for (const spanMs of SPANS_MS) {
    const counts = { wrongPass: 0, wrongFail: 0, pass: 0, fail: 0, red: 0, green: 0 }
    for (let run = 0; run < RUNS; run++) {
      if (judgeErrors(spanMs, process, run, process.rate * 0.98).verdict === 'pass') counts.wrongPass++
      if (judgeErrors(spanMs, process, run, process.rate * 1.02).verdict === 'fail') counts.wrongFail++
      const high = judgeErrors(spanMs, process, run, process.rate * 4)
      if (high.verdict === 'pass') counts.pass++
      if (high.verdict === 'fail' || high.leaning === 'fail') counts.red++
      const low = judgeErrors(spanMs, process, run, process.rate / 4)
      if (low.verdict === 'fail') counts.fail++
      if (low.verdict === 'pass' || low.leaning === 'pass') counts.green++
    }
    console.log(
      `| ${[
        process.name,
        `${(100 * process.rate).toFixed(1)}%`,
        `${spanMs / 1_000} s`,
        process.cycleMs < spanMs / 20 ? 'yes' : 'no',
        `${share(counts.wrongPass)} / ${share(counts.wrongFail)}`,
        `${share(counts.pass)} / ${share(counts.fail)}`,
        `${share(counts.red)} / ${share(counts.green)}`,
      ].join(' | ')} |`,
    )
  }
}

/** Prints the verdicts on a service in `RUNS` runs. */
function printRates(cells: readonly unknown[], judgeRun: (run: number) => JudgedVerdict): void {
  const counts = { pass: 0, fail: 0, leansToPass: 0, leansToFail: 0 }
  for (let run = 0; run < RUNS; run++) {
    const { verdict, leaning } = judgeRun(run)
    if (verdict === 'pass' || verdict === 'fail') counts[verdict]++
    else if (leaning === 'pass') counts.leansToPass++
    else counts.leansToFail++
  }
  const shares = [counts.pass, counts.fail, counts.leansToPass, counts.leansToFail].map(share)
  console.log(`| ${[...cells, ...shares].join(' | ')} |`)
}

console.log('\n## Sustained rates\n')
console.log('`toSustainRps(100)` on queues with exponential service times and Poisson arrivals.\n')
console.log('| servers | load | run | pass, % | fail, % | inconclusive, leans to pass, % | leans to fail, % |')
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const servers of [1, 4]) {
  for (const load of [0.5, 0.8, 0.9, 0.95, 1, 1.015, 1.05, 1.2]) {
    for (const spanMs of SPANS_MS) {
      printRates([servers, load, `${spanMs / 1_000} s`], (run) => {
        const random = seeded(run + spanMs + Math.round(load * 1_000))
        const served = { spanMs, settleMs: load < 1 ? 20_000 : 0, timeoutMs: Number.POSITIVE_INFINITY }
        return judgeRate(random, queue(random, servers, load), served)
      })
    }
  }
}

const TIMEOUT_MS = 10_000
const short: readonly (readonly [name: string, service: (random: () => number) => Service])[] = [
  ...[0.5, 0.95, 1.2, 1.5, 1.8, 2.2, 3, 6, 15].map(
    (load) => [`queue at load ${load}`, (random: () => number) => queue(random, 1, load)] as const,
  ),
  ...[300, 1_000, 3_000, 8_000].flatMap((medianMs) =>
    [0.2, 0.5, 1].map(
      (sigma) =>
        [
          `response times of ${medianMs / 1_000} s, σ ${sigma}`,
          (random: () => number) => delays(random, medianMs, sigma),
        ] as const,
    ),
  ),
]
console.log('\n## Runs of 2 s\n')
console.log(
  'The same on a queue with one server, and on services with enough capacity and lognormal response times, whose ' +
    'median is given. Requests fail after 10 s.\n',
)
console.log('| service | pass, % | fail, % | inconclusive, leans to pass, % | leans to fail, % |')
console.log('| --- | --- | --- | --- | --- |')
for (const [name, service] of short) {
  printRates([name], (run) => {
    const random = seeded(run)
    return judgeRate(random, service(random), { spanMs: 2_000, settleMs: 0, timeoutMs: TIMEOUT_MS })
  })
}
