import { describe, expect, test } from 'vitest'

import { reasonSentence } from '../../wording/verdict-reasons.ts'
import { percentileOf, requestsIn, type LatencyCourse } from './latencies.ts'
import { percentileLeaning } from './leaning.ts'
import { latencyInflation } from './percentile-share.ts'
import { courseOf } from './queue.builder.ts'
import { courseOfRun, seeded, SIMULATED_SERVICES } from './simulated-services.builder.ts'
import { normalQuantile } from './statistics/student.ts'

/** `count` requests of 10 ms, except every tenth, which takes 20 ms. */
function even(count: number): LatencyCourse {
  return courseOf(
    Float64Array.from({ length: count }, (_, i) => (i % 10 === 0 ? 20 : 10)),
    Uint32Array.from({ length: count }, (_, i) => Math.floor((40 * i) / count)),
  )
}

function lean(course: LatencyCourse, percentile: number, limitMs: number) {
  return percentileLeaning(course, percentile, limitMs, latencyInflation(course, percentile))
}

describe('an observed percentile', () => {
  test('leans to the side of the limit that it lies on', () => {
    expect(lean(even(1_000), 99, 21)).toEqual({ leaning: 'pass', reasons: [] })
    expect(lean(even(1_000), 99, 20)).toEqual({ leaning: 'fail', reasons: [] })
    expect(lean(even(1_000), 50, 20)).toEqual({ leaning: 'pass', reasons: [] })
  })

  test('leans to neither side when the run has too few requests for it', () => {
    const few = lean(even(40), 99, 1_000)
    expect(few.leaning).toBe('none')
    expect(few.reasons.map((reason) => reasonSentence(reason))).toEqual([
      'a p99 needs at least 100 requests, this run has 40: run longer, or assert p95',
    ])
    expect(lean(even(100), 99, 1_000).leaning).toBe('pass')
    expect(lean(even(999), 99.9, 1_000).leaning).toBe('none')
    expect(lean(even(1_000), 99.9, 1_000).leaning).toBe('pass')
  })

  test('leans to a fail when too few requests for it are clearly over the limit', () => {
    /** 40 requests, of which `over` take 90 ms, evenly spread over `batches`. */
    const few = (over: number, batches: number): string => {
      const latenciesMs = Float64Array.from({ length: 40 }, (_, i) => ((i * over) % 40 < over ? 90 : 10))
      return lean(
        courseOf(
          latenciesMs,
          Uint32Array.from(latenciesMs, (__, i) => Math.floor((batches * i) / 40)),
        ),
        99,
        50,
      ).leaning
    }
    expect([0, 2, 6, 20].map((over) => few(over, 40))).toEqual(['none', 'none', 'fail', 'fail'])
    // Too few batches for an estimate of the correlation: four requests count as one.
    expect([0, 1, 4, 20].map((over) => few(over, 10))).toEqual(['none', 'none', 'none', 'fail'])
  })

  /** The exact percentile of an M/M/1 queue at a load, with a request every 10 ms on average. */
  const ofQueue = (load: number) => (percentile: number) => ((-10 * load) / (1 - load)) * Math.log(1 - percentile / 100)
  const ofLognormal = (percentile: number) => 10 * Math.exp(0.5 * normalQuantile(percentile / 100))

  test.each([
    ['independent lognormal', ofLognormal, 99, 600],
    ['M/M/1 at 0.5', ofQueue(0.5), 99, 600],
    ['M/M/1 at 0.8', ofQueue(0.8), 99, 600],
    ['independent lognormal', ofLognormal, 99.9, 8_000],
    ['M/M/1 at 0.5', ofQueue(0.5), 99.9, 8_000],
    ['M/M/1 at 0.8', ofQueue(0.8), 99.9, 8_000],
  ] as const)('of "%s" at its limit leans to a fail in at most one of 20 runs too short for it', (...healthy) => {
    const [name, truthOf, percentile, spanMs] = healthy
    const service = SIMULATED_SERVICES.find((each) => each.name === name)
    if (service === undefined) throw new Error(`no simulated service "${name}"`)
    const leanings = Array.from({ length: 300 }, (_, run) => {
      const course = courseOfRun(service.run(seeded(run), spanMs), spanMs)
      expect(requestsIn(course.whole)).toBeLessThan(100 / (100 - percentile))
      return lean(course, percentile, truthOf(percentile)).leaning
    })
    // If each of 300 runs leans to a fail with a probability of 5%, more than 28 do about once in a thousand times.
    expect(leanings.filter((leaning) => leaning === 'fail').length).toBeLessThanOrEqual(28)
  })

  test('leans to a pass close below a limit when requests are independent, and to neither side when they are correlated', () => {
    const observed = (name: string): { closely: string | undefined; widely: string | undefined; codes: string[] } => {
      const service = SIMULATED_SERVICES.find((each) => each.name === name)
      if (service === undefined) throw new Error(`no simulated service "${name}"`)
      const course = courseOfRun(service.run(seeded(5), 10_000), 10_000)
      const p99 = [...Array(40_000).keys()].find((ms) => lean(course, 99, ms / 10).leaning !== 'fail') ?? 0
      const closely = lean(course, 99, (p99 / 10) * 1.02)
      return {
        closely: closely.leaning,
        widely: lean(course, 99, (p99 / 10) * 1.5).leaning,
        codes: closely.reasons.map(({ code }) => code),
      }
    }
    expect(observed('independent lognormal')).toEqual({ closely: 'pass', widely: 'pass', codes: [] })
    expect(observed('M/M/1 at 0.9')).toEqual({ closely: 'none', widely: 'pass', codes: ['slow-variation'] })
  })
  test('leans to a pass close below the limit when a correlated run contains a slow time', () => {
    const service = SIMULATED_SERVICES.find(({ name }) => name === 'M/M/1 at 0.9')
    if (service === undefined) throw new Error('no such simulated service')
    const course = courseOfRun(service.run(seeded(5), 10_000), 10_000)
    const closely = 1.02 * (percentileOf(course.whole, 99) ?? 0)
    const leaning = (inflation: number): string => percentileLeaning(course, 99, closely, inflation).leaning
    expect([2, 30, 120].map((inflation) => leaning(inflation))).toEqual(['pass', 'none', 'pass'])
  })
})
