/**
 * Simulates queues in short runs, and counts how often a p95 of 30 ms fails because the target is overloaded
 * (`src/judge/verdict/rate-breach.ts`): `npx node docs/calibration/overload.ts [RUNS]`, 150 runs of each case by default.
 */
import { type BatchCase, resultOf } from '../../src/judge/result.builder.ts'
import { percentileVerdict } from '../../src/judge/verdict/percentile.ts'
import { seeded } from '../../src/judge/verdict/simulated-services.builder.ts'
import type { LoadResult } from '../../src/model/result.ts'

const RUNS = Number(process.argv[2] ?? 150)
const RPS = 100
const BATCH_MS = 100
const LIMIT_MS = 30
const LOADS = [0.7, 0.9, 0.97, 1.05, 1.2, 1.5, 2]

/** Service times with a mean of 1. */
const SERVICES: Readonly<Record<string, (random: () => number) => number>> = {
  exponential: (random) => -Math.log(1 - random()),
  constant: () => 1,
  'mostly short': (random) => (random() < 0.05 ? 10.5 : 0.5),
}

interface Batch {
  responsesMs: number[]
  arrivals: number
  inFlight: number
}

/** Poisson arrivals at a single server with utilization `load`. */
function queue(spanMs: number, load: number, service: (random: () => number) => number, seed: number): LoadResult {
  const random = seeded(seed)
  const batches: Batch[] = []
  const batchAt = (ms: number): Batch => {
    const index = Math.floor(ms / BATCH_MS)
    while (batches.length <= index) batches.push({ responsesMs: [], arrivals: 0, inFlight: 0 })
    return batches[index] as Batch
  }
  const gapMs = (): number => (-Math.log(1 - random()) * 1_000) / RPS
  let freeMs = 0
  for (let atMs = gapMs(); atMs < spanMs; atMs += gapMs()) {
    freeMs = Math.max(atMs, freeMs) + (service(random) * load * 1_000) / RPS
    batchAt(atMs).arrivals++
    batchAt(freeMs).responsesMs.push(freeMs - atMs)
    for (let batch = Math.floor(atMs / BATCH_MS); batch < Math.floor(freeMs / BATCH_MS); batch++) {
      batchAt(batch * BATCH_MS).inFlight++
    }
  }
  const cases: readonly BatchCase[] = batches
  return resultOf({ batches: cases, batchMs: BATCH_MS, rest: { durationMs: spanMs, offeredRps: RPS } })
}

console.log(`| service | run | ${LOADS.map((load) => `load ${load}`).join(' | ')} |`)
console.log(`| --- | --- |${LOADS.map(() => ' --- |').join('')}`)
for (const [name, service] of Object.entries(SERVICES)) {
  for (const spanMs of [3_000, 5_000, 8_000]) {
    const shares = LOADS.map((load) => {
      let [failed, overloaded] = [0, 0]
      for (let run = 0; run < RUNS; run++) {
        const result = queue(spanMs, load, service, run)
        const { verdict, reasons = [] } = percentileVerdict(result, result, { percentile: 95, limitMs: LIMIT_MS })
        if (verdict === 'fail') failed++
        if (verdict === 'fail' && reasons.some(({ code }) => code === 'rate-missed')) overloaded++
      }
      return [failed, overloaded].map((count) => `${((100 * count) / RUNS).toFixed(1)}%`).join(', ')
    })
    console.log(`| ${name} | ${spanMs / 1_000} s | ${shares.join(' | ')} |`)
  }
}
