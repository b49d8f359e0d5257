import { describe, expect, test } from 'vitest'

import { percentileOf, type LatencyCourse } from './latencies.ts'
import { decidePercentile, type PercentileDecision } from './percentile-decision.ts'
import { percentileShare } from './percentile-share.ts'
import { MIN_PROOF_MS } from './proof.ts'
import { judgeShare, type ShareQuestion } from './share.ts'
import {
  courseOfRun,
  longRun,
  seeded,
  SIMULATED_SERVICES,
  type SimulatedService,
} from './simulated-services.builder.ts'
import { atLeast } from './statistics/binomial.ts'

// The whole table, with 2 000 runs per cell, is in docs/calibration/verdicts.md.
const RUNS = 100
/** Distance of a limit from the truth: more than a histogram bucket, and too little to change a probability. */
const BESIDE = 0.002

/** The count in `runs` runs that a true share `share` exceeds with probability 1/1000. */
function mostOf(runs: number, share: number): number {
  let count = 0
  while (atLeast(runs, share, count + 1) > 0.001) count++
  return count
}

function serviceNamed(name: string): SimulatedService {
  const found = SIMULATED_SERVICES.find((service) => service.name === name)
  if (found === undefined) throw new Error(`no simulated service "${name}"`)
  return found
}

const truths = new Map<string, Float64Array>()

function truthOf(service: SimulatedService, percentile: number): number {
  const sorted = truths.get(service.name) ?? longRun(service, 400_000)
  truths.set(service.name, sorted)
  return sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? 0
}

function ask(course: LatencyCourse, percentile: number, limitMs: number): ShareQuestion {
  return percentileShare(course, { percentile, limitMs, confidence: 0.95 }, { unproven: 0 })
}

function decide(course: LatencyCourse, percentile: number, limitMs: number, spanMs: number): PercentileDecision {
  const asked = ask(course, percentile, limitMs)
  return decidePercentile(course, { percentile, limitMs }, asked, { spanMs, requiredMs: MIN_PROOF_MS })
}

function isRed({ verdict, leaning }: PercentileDecision): boolean {
  return verdict === 'fail' || (verdict === 'inconclusive' && leaning !== 'pass')
}

describe('proven verdicts with a limit close to the true percentile', () => {
  test.each([
    ['independent lognormal', 10],
    ['M/M/1 at 0.5', 10],
    ['D/M/1 at 0.5', 10],
    ['M/M/4 at 0.8', 30],
    ['M/M/1 at 0.8', 30],
    ['AR(1) 0.99', 30],
    ['M/G/1 at 0.5, lognormal σ 1.5', 30],
    ['pause of 300 ms every 5 s', 110],
  ])('are wrong in at most one of 20 runs of the service "%s" with %d s', (name, seconds) => {
    const service = serviceNamed(name)
    const spanMs = seconds * 1_000
    expect(service.correlationMs).toBeLessThan(spanMs / 20)
    const wrong = { pass: 0, fail: 0 }
    for (let run = 0; run < RUNS; run++) {
      const course = courseOfRun(service.run(seeded(run), spanMs), spanMs)
      for (const percentile of [50, 95, 99]) {
        const truthMs = truthOf(service, percentile)
        if (decide(course, percentile, truthMs * (1 - BESIDE), spanMs).verdict === 'pass') wrong.pass++
        if (decide(course, percentile, truthMs * (1 + BESIDE), spanMs).verdict === 'fail') wrong.fail++
      }
    }
    expect(wrong.pass).toBeLessThanOrEqual(mostOf(3 * RUNS, 0.05))
    expect(wrong.fail).toBeLessThanOrEqual(mostOf(3 * RUNS, 0.05))
  })

  test('would be wrong in four of ten runs of a busy queue if its requests counted as independent', () => {
    const service = serviceNamed('M/M/1 at 0.8')
    const limitMs = truthOf(service, 99) * (1 - BESIDE)
    let wrong = 0
    for (let run = 0; run < 100; run++) {
      const course = courseOfRun(service.run(seeded(run), 100_000), 100_000)
      if (judgeShare({ ...ask(course, 99, limitMs), designEffect: 1 }) === 'pass') wrong++
    }
    expect(wrong).toBeGreaterThan(40)
  })

  test('do not exist in runs shorter than 10 s', () => {
    const service = serviceNamed('independent lognormal')
    const course = courseOfRun(service.run(seeded(1), 9_900), 9_900)
    expect(decide(course, 95, 2 * truthOf(service, 95), 9_900)).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'pass',
    })
  })
})

describe('the default policy in runs of 10 s at 100 requests per second', () => {
  test.each([
    ['independent lognormal', 0.01],
    ['M/M/1 at 0.5', 0.01],
    ['D/M/1 at 0.5', 0.01],
    ['M/M/4 at 0.8', 0.02],
    ['pause of 300 ms every 5 s', 0.01],
    ['M/M/1 at 0.8', 0.04],
  ])(
    'is wrong for "%s" in at most a share %d of the runs, with limits at twice and half the true percentile',
    (name, share) => {
      const service = serviceNamed(name)
      const wrong = { red: 0, green: 0 }
      for (let run = 0; run < RUNS; run++) {
        const course = courseOfRun(service.run(seeded(run + 1_000), 10_000), 10_000)
        for (const percentile of [95, 99]) {
          const truthMs = truthOf(service, percentile)
          if (isRed(decide(course, percentile, 2 * truthMs, 10_000))) wrong.red++
          if (!isRed(decide(course, percentile, truthMs / 2, 10_000))) wrong.green++
        }
      }
      expect(wrong.red).toBeLessThanOrEqual(mostOf(2 * RUNS, share))
      expect(wrong.green).toBeLessThanOrEqual(mostOf(2 * RUNS, share))
    },
  )

  test('is red in at least half of the runs of a slow service whose calm run does not represent it', () => {
    const service = serviceNamed('M/M/1 at 0.9')
    const limitMs = truthOf(service, 99) / 2
    const count = { observedBelow: 0, green: 0, said: 0 }
    for (let run = 0; run < RUNS; run++) {
      const course = courseOfRun(service.run(seeded(run + 2_000), 10_000), 10_000)
      if ((percentileOf(course.whole, 99) ?? Infinity) >= limitMs) continue
      count.observedBelow++
      const decision = decide(course, 99, limitMs, 10_000)
      if (!isRed(decision)) count.green++
      if (decision.reasons.some(({ code }) => code === 'slow-variation')) count.said++
    }
    expect(count.observedBelow).toBeGreaterThan(20)
    expect(count.green).toBeLessThan(0.7 * count.observedBelow)
    expect(count.said).toBe(count.observedBelow)
  })
})
