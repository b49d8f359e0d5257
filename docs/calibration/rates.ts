/**
 * Measures how often verdicts on the error rate and on a sustained rate are wrong, on simulated services at 100 requests
 * per second, with the functions that judge real runs.
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

/** Judges a queue with `servers` exponential servers at `load`, which starts empty if it is overloaded. */
function judgeQueue(spanMs: number, servers: number, load: number, run: number): JudgedVerdict {
  const random = seeded(run + spanMs + Math.round(load * 1_000))
  const lengthMs = batchLengthMs(spanMs)
  const size = Math.floor(spanMs / lengthMs)
  const meanServiceMs = (load * servers * 1_000) / RPS
  const freeMs = new Float64Array(servers).fill(-Infinity)
  const arrivals = Array.from({ length: size }, () => 0)
  const change = Array.from({ length: size + 1 }, () => 0)
  let arrived = 0
  for (let atMs = load < 1 ? -20_000 : 0; ;) {
    atMs += (exponential(random) * 1_000) / RPS
    if (atMs >= spanMs) break
    let server = 0
    for (let other = 1; other < servers; other++) if ((freeMs[other] ?? 0) < (freeMs[server] ?? 0)) server = other
    const doneMs = Math.max(atMs, freeMs[server] ?? 0) + exponential(random) * meanServiceMs
    freeMs[server] = doneMs
    const [from, to] = [Math.max(0, Math.floor(atMs / lengthMs)), Math.min(size, Math.floor(doneMs / lengthMs))]
    if (atMs >= 0) {
      arrived++
      if (from < size) arrivals[from] = (arrivals[from] ?? 0) + 1
    }
    if (to > from && doneMs > 0) {
      change[from] = (change[from] ?? 0) + 1
      change[to] = (change[to] ?? 0) - 1
    }
  }
  let inFlightNow = 0
  const inFlight = arrivals.map((_, batch) => (inFlightNow += change[batch] ?? 0))
  const zeros = arrivals.map(() => 0)
  const result = resultWith(
    spanMs,
    { arrived, failed: 0 },
    { arrivals, inFlight, successes: arrivals, errors: zeros, dropped: zeros },
  )
  return sustainedRateVerdict(
    { ...result, offeredRps: RPS },
    { ...result, offeredRps: RPS, arrivals: 'poisson' },
    {
      rps: RPS,
      within: 0.01,
    },
  )
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

console.log('\n## Sustained rates\n')
console.log('`toSustainRps(100)` on queues with exponential service times and Poisson arrivals.\n')
console.log('| servers | load | run | pass, % | fail, % | inconclusive, leans to pass, % | leans to fail, % |')
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const servers of [1, 4]) {
  for (const load of [0.5, 0.8, 0.9, 0.95, 1, 1.015, 1.05, 1.2]) {
    for (const spanMs of SPANS_MS) {
      const counts = { pass: 0, fail: 0, leansToPass: 0, leansToFail: 0 }
      for (let run = 0; run < RUNS; run++) {
        const { verdict, leaning } = judgeQueue(spanMs, servers, load, run)
        if (verdict === 'pass' || verdict === 'fail') counts[verdict]++
        else if (leaning === 'pass') counts.leansToPass++
        else counts.leansToFail++
      }
      const shares = [counts.pass, counts.fail, counts.leansToPass, counts.leansToFail].map(share)
      console.log(`| ${[servers, load, `${spanMs / 1_000} s`, ...shares].join(' | ')} |`)
    }
  }
}
