/**
 * Measures how often verdicts are wrong when a run ends at the first look that decides, on simulated services, with the
 * functions that judge real runs. Beside it, the same looks without stricter verdicts.
 *
 *   npx node docs/calibration/duration-range.ts [--runs 3000] [--min 10] [--max 60] [--only NAME]
 *
 * Prints a Markdown table.
 */
import { parseArgs } from 'node:util'
import { confidencePerLook } from '../../src/judge/verdict/confidence-per-look.ts'
import { decidePercentile } from '../../src/judge/verdict/percentile-decision.ts'
import { percentileShare } from '../../src/judge/verdict/percentile-share.ts'
import type { LatencyCourse } from '../../src/judge/verdict/latencies.ts'
import { MIN_PROOF_MS } from '../../src/judge/verdict/proof.ts'
import {
  courseOfRun,
  longRun,
  seeded,
  SIMULATED_SERVICES,
  type SimulatedService,
} from '../../src/judge/verdict/simulated-services.builder.ts'
import type { Ms, Ratio } from '../../src/model/units.ts'
import type { VerdictValue } from '../../src/model/verdict.ts'
import { lookTimes } from '../../src/plan/duration.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3000' },
    min: { type: 'string', default: '10' },
    max: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
  },
})
const RUNS = Number(values.runs)
const LOOKS_MS = lookTimes(1_000 * Number(values.min), 1_000 * Number(values.max))
const MAX_MS = LOOKS_MS.at(-1) ?? 0
const PERCENTILES = [50, 95, 99]
const LONG_RUN = 4_000_000
/** Offset from the truth: more than a histogram bucket, and too little to change any probability. */
const BESIDE = 0.002
const ASKED = 0.95
const STRICT = confidencePerLook({ confidence: ASKED, looks: { count: LOOKS_MS.length } })
/** Maximum share of wrong verdicts that a true share of 5% exceeds only once in a thousand times. */
const BOUND = 0.05 + 3.09 * Math.sqrt((0.05 * 0.95) / RUNS)

interface End {
  readonly verdict: VerdictValue
  readonly atMs: Ms
}

/** Returns the verdict and the time of the first look that decides, or of the last one. */
function endOf(courses: readonly LatencyCourse[], percentile: number, limitMs: Ms, confidence: Ratio): End {
  for (const [index, course] of courses.entries()) {
    const spanMs = LOOKS_MS[index] ?? MAX_MS
    const asked = percentileShare(course, { percentile, limitMs, confidence }, { unproven: 0 })
    const { verdict } = decidePercentile(course, { percentile, limitMs }, asked, { spanMs, requiredMs: MIN_PROOF_MS })
    if (verdict !== 'inconclusive') return { verdict, atMs: spanMs }
  }
  return { verdict: 'inconclusive', atMs: MAX_MS }
}

interface Counts {
  wrongPass: number
  wrongFail: number
  peekedPass: number
  peekedFail: number
  provenPass: number
  provenFail: number
  passMs: Ms
  failMs: Ms
}

function add(counts: Counts, courses: readonly LatencyCourse[], percentile: number, truthMs: Ms): void {
  const below = truthMs * (1 - BESIDE)
  const above = truthMs * (1 + BESIDE)
  if (endOf(courses, percentile, below, STRICT).verdict === 'pass') counts.wrongPass++
  if (endOf(courses, percentile, above, STRICT).verdict === 'fail') counts.wrongFail++
  if (endOf(courses, percentile, below, ASKED).verdict === 'pass') counts.peekedPass++
  if (endOf(courses, percentile, above, ASKED).verdict === 'fail') counts.peekedFail++
  const high = endOf(courses, percentile, 1.5 * truthMs, STRICT)
  if (high.verdict === 'pass') counts.provenPass++
  counts.passMs += high.atMs
  const low = endOf(courses, percentile, truthMs / 1.5, STRICT)
  if (low.verdict === 'fail') counts.provenFail++
  counts.failMs += low.atMs
}

function calibrate(service: SimulatedService): void {
  const long = longRun(service, LONG_RUN)
  const counts = PERCENTILES.map((): Counts => {
    const none = { wrongPass: 0, wrongFail: 0, peekedPass: 0, peekedFail: 0 }
    return { ...none, provenPass: 0, provenFail: 0, passMs: 0, failMs: 0 }
  })
  for (let run = 0; run < RUNS; run++) {
    const { arrivalsMs, latenciesMs } = service.run(seeded(run + 17), MAX_MS)
    const courses = LOOKS_MS.map((spanMs) => {
      const found = arrivalsMs.findIndex((atMs) => atMs >= spanMs)
      const count = found < 0 ? arrivalsMs.length : found
      const soFar = { arrivalsMs: arrivalsMs.subarray(0, count), latenciesMs: latenciesMs.subarray(0, count) }
      return courseOfRun(soFar, spanMs)
    })
    for (const [i, percentile] of PERCENTILES.entries()) {
      const truthMs = long[Math.ceil((percentile / 100) * long.length) - 1] ?? 0
      const cell = counts[i]
      if (cell !== undefined) add(cell, courses, percentile, truthMs)
    }
  }
  for (const [i, percentile] of PERCENTILES.entries()) {
    const cell = counts[i]
    if (cell !== undefined) console.log(row(service, percentile, cell))
  }
}

function row(service: SimulatedService, percentile: number, counts: Counts): string {
  const share = (count: number): string => ((100 * count) / RUNS).toFixed(1)
  const seconds = (ms: Ms): string => (ms / RUNS / 1_000).toFixed(1)
  const within = service.correlationMs < (LOOKS_MS[0] ?? 0) / 20
  const isOver = Math.max(counts.wrongPass, counts.wrongFail) / RUNS > BOUND
  const mark = isOver ? (within ? ' **over**' : ' *') : ''
  return `| ${[
    service.name,
    `p${percentile}`,
    within ? 'yes' : 'no',
    `${share(counts.wrongPass)} / ${share(counts.wrongFail)}${mark}`,
    `${share(counts.peekedPass)} / ${share(counts.peekedFail)}`,
    `${share(counts.provenPass)} / ${share(counts.provenFail)}`,
    `${seconds(counts.passMs)} / ${seconds(counts.failMs)}`,
  ].join(' | ')} |`
}

const looks = LOOKS_MS.map((ms) => `${ms / 1_000} s`).join(', ')
console.log(`Looks at ${looks}, each at ${(100 * STRICT).toFixed(2)}%; ${RUNS} runs per cell.\n`)
console.log(
  '| service | percentile | correlation within 1/20 of the first look | wrong pass / fail, % | the same at 95% per look, % | proven at 1.5 × / ÷ 1.5, % | mean length, s |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const service of SIMULATED_SERVICES) if (service.name.includes(values.only)) calibrate(service)
