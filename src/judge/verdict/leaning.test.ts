import { describe, expect, test } from 'vitest'

import { reasonSentence } from '../../wording/verdict-reasons.ts'
import { percentileOf, type LatencyCourse } from './latencies.ts'
import { percentileLeaning } from './leaning.ts'
import { latencyInflation } from './percentile-share.ts'
import { courseOf } from './queue.builder.ts'
import { courseOfRun, seeded, SIMULATED_SERVICES } from './simulated-services.builder.ts'

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
