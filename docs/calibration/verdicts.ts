/**
 * Measures how often percentile verdicts are wrong, on simulated services, with the functions that judge real runs.
 *
 *   npx node docs/calibration/verdicts.ts [--runs 2000] [--spans 3,10,30,100,300] [--only NAME] [--seed 0]
 *
 * Prints Markdown tables. `--seed` shifts all seeds, so that rules chosen on some runs are confirmed on others.
 */
import { parseArgs } from 'node:util'
import { decidePercentile } from '../../src/judge/verdict/percentile-decision.ts'
import type { PercentileDecision } from '../../src/judge/verdict/percentile-decision.ts'
import { percentileOf } from '../../src/judge/verdict/latencies.ts'
import type { LatencyCourse } from '../../src/judge/verdict/latencies.ts'
import { percentileShare } from '../../src/judge/verdict/percentile-share.ts'
import { MIN_PROOF_MS } from '../../src/judge/verdict/proof.ts'
import { requestsToDecide } from '../../src/judge/verdict/share.ts'
import {
  courseOfRun,
  longRun,
  seeded,
  SIMULATED_SERVICES,
  type SimulatedService,
} from '../../src/judge/verdict/simulated-services.builder.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    spans: { type: 'string', default: '3,10,30,100,300' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '0' },
    advice: { type: 'boolean', default: false },
  },
})
const RUNS = Number(values.runs)
const SPANS_MS = values.spans.split(',').map((seconds) => 1_000 * Number(seconds))
const PERCENTILES = [50, 95, 99]
const LONG_RUN = 4_000_000
/** Offset from the truth: more than a histogram bucket, and too little to change any probability. */
const BESIDE = 0.002

interface Counts {
  wrongPass: number
  wrongFail: number
  /** At a limit of twice the truth. */
  provenPass: number
  falseRed: number
  observedRed: number
  /** At a limit of half the truth. */
  provenFail: number
  falseGreen: number
  observedGreen: number
}

interface Question {
  readonly course: LatencyCourse
  readonly percentile: number
  readonly spanMs: number
}

function decide({ course, percentile, spanMs }: Question, limitMs: number): PercentileDecision {
  const asked = percentileShare(course, { percentile, limitMs, confidence: 0.95 }, { unproven: 0 })
  return decidePercentile(course, { percentile, limitMs }, asked, { spanMs, requiredMs: MIN_PROOF_MS })
}

function isRed({ verdict, leaning }: PercentileDecision): boolean {
  return verdict === 'fail' || (verdict === 'inconclusive' && leaning !== 'pass')
}

function add(counts: Counts, question: Question, truthMs: number): void {
  if (decide(question, truthMs * (1 - BESIDE)).verdict === 'pass') counts.wrongPass++
  if (decide(question, truthMs * (1 + BESIDE)).verdict === 'fail') counts.wrongFail++
  const observedMs = percentileOf(question.course.whole, question.percentile) ?? Number.POSITIVE_INFINITY
  const high = decide(question, 2 * truthMs)
  if (high.verdict === 'pass') counts.provenPass++
  if (isRed(high)) counts.falseRed++
  if (observedMs >= 2 * truthMs) counts.observedRed++
  const low = decide(question, truthMs / 2)
  if (low.verdict === 'fail') counts.provenFail++
  if (!isRed(low)) counts.falseGreen++
  if (observedMs < truthMs / 2) counts.observedGreen++
}

/**
 * Maximum share of wrong verdicts that a true share of 5% exceeds only once in a thousand times (normal approximation).
 */
const BOUND = 0.05 + 3.09 * Math.sqrt((0.05 * 0.95) / RUNS)

function calibrate(service: SimulatedService): void {
  const long = longRun(service, LONG_RUN)
  const truth = (percentile: number): number => long[Math.ceil((percentile / 100) * long.length) - 1] ?? 0
  for (const spanMs of SPANS_MS) {
    const counts = PERCENTILES.map(() => ({
      wrongPass: 0,
      wrongFail: 0,
      provenPass: 0,
      falseRed: 0,
      observedRed: 0,
      provenFail: 0,
      falseGreen: 0,
      observedGreen: 0,
    }))
    for (let run = 0; run < RUNS; run++) {
      const random = seeded(run + 1_000_003 * Number(values.seed) + spanMs)
      const course = courseOfRun(service.run(random, spanMs), spanMs)
      for (const [i, percentile] of PERCENTILES.entries()) {
        const cell = counts[i]
        if (cell !== undefined) add(cell, { course, percentile, spanMs }, truth(percentile))
      }
    }
    for (const [i, percentile] of PERCENTILES.entries()) {
      const cell = counts[i]
      if (cell !== undefined) console.log(row(service, spanMs, percentile, cell))
    }
  }
}

function row(service: SimulatedService, spanMs: number, percentile: number, counts: Counts): string {
  const share = (count: number): string => ((100 * count) / RUNS).toFixed(1)
  const within = service.correlationMs < spanMs / 20
  const wrong = Math.max(counts.wrongPass, counts.wrongFail) / RUNS
  return `| ${[
    service.name,
    service.arrivals,
    `${spanMs / 1_000} s`,
    `p${percentile}`,
    within ? 'yes' : 'no',
    `${share(counts.wrongPass)} / ${share(counts.wrongFail)}${wrong > BOUND ? (within ? ' **over**' : ' *') : ''}`,
    `${share(counts.provenPass)} / ${share(counts.provenFail)}`,
    `${share(counts.falseRed)} (${share(counts.observedRed)})`,
    `${share(counts.falseGreen)} (${share(counts.observedGreen)})`,
  ].join(' | ')} |`
}

/** Measures how often a run of the advised length decides after a first run of 10 or 30 s did not. */
function checkAdvice(service: SimulatedService): void {
  const long = longRun(service, LONG_RUN)
  for (const spanMs of [10_000, 30_000]) {
    for (const percentile of [95, 99]) {
      for (const times of [0.5, 2]) {
        const limitMs = (long[Math.ceil((percentile / 100) * long.length) - 1] ?? 0) * times
        let advised = 0
        let decided = 0
        let declined = 0
        const lengths: number[] = []
        for (let run = 0; run < RUNS; run++) {
          const random = seeded(run + 1_000_003 * Number(values.seed) + 5 * spanMs)
          const course = courseOfRun(service.run(random, spanMs), spanMs)
          const asked = percentileShare(course, { percentile, limitMs, confidence: 0.95 }, { unproven: 0 })
          if (decide({ course, percentile, spanMs }, limitMs).verdict !== 'inconclusive') continue
          const requests = requestsToDecide(asked, asked.forPass)
          if (requests === undefined || requests > 1_000_000) {
            declined++
            continue
          }
          advised++
          const lengthMs = Math.max(MIN_PROOF_MS, Math.ceil(requests / 100) * 1_000)
          lengths.push(lengthMs / 1_000)
          const second = courseOfRun(service.run(random, lengthMs), lengthMs)
          if (decide({ course: second, percentile, spanMs: lengthMs }, limitMs).verdict !== 'inconclusive') decided++
        }
        const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0
        const share = advised === 0 ? '-' : `${((100 * decided) / advised).toFixed(0)}%`
        console.log(
          `| ${[service.name, `${spanMs / 1_000} s`, `p${percentile}`, `${times} ×`, advised, `${median} s`, share, declined].join(' | ')} |`,
        )
      }
    }
  }
}

const services = SIMULATED_SERVICES.filter(({ name }) => name.includes(values.only))
if (values.advice) {
  console.log('| service | first run | percentile | limit | advised | median length | decided | declined |')
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const service of services) checkAdvice(service)
} else {
  console.log(
    '| service | arrivals | run | percentile | correlation below 1/20 of the run | wrong pass / fail, % | proven pass at 2 × / fail at ½ ×, % | red at 2 × (observation alone), % | green at ½ × (observation alone), % |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const service of services) calibrate(service)
}
