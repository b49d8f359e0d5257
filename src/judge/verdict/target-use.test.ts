import { describe, expect, test } from 'vitest'
import type { TargetSample } from '../../model/result.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { memoryGrowthOf, memoryGrowthVerdict, targetUseVerdict } from './target-use.ts'

function samples(seconds: number, rssMb: (second: number) => number): TargetSample[] {
  return Array.from({ length: seconds }, (_, second) => ({
    atMs: (second + 1) * 1_000,
    cpuPercent: 10,
    busiestProcessCpuPercent: 10,
    rssMb: rssMb(second),
    openSockets: 1,
    bytesIn: null,
    bytesOut: null,
  }))
}

describe('growth of memory', () => {
  test('is reported with its slope when a target leaks', () => {
    const growth = memoryGrowthOf(samples(60, (second) => 100 + second / 2 + Math.sin(second)))
    expect(growth?.shown).toBe(true)
    expect(growth?.interval[0]).toBeLessThanOrEqual(30)
    expect(growth?.interval[1]).toBeGreaterThanOrEqual(30)
  })

  test('is excluded when a heap fills once and then only varies', () => {
    const growth = memoryGrowthOf(samples(60, (second) => Math.min(160, 80 + 8 * second) + 3 * Math.sin(second)))
    expect(growth).toMatchObject({ shown: false, excluded: true })
  })

  test.each([24, 30, 36, 40, 50])('is not shown when the heap is enlarged once, after %i s', (at) => {
    const after = (mb: number): ReturnType<typeof memoryGrowthOf> =>
      memoryGrowthOf(samples(60, (second) => 100 + (second < at ? 0 : mb) + Math.sin(second) / 9))
    expect(after(5)).toMatchObject({ shown: false, excluded: true })
    // A step of this size may be the first portion of a leak.
    expect(after(20)).toMatchObject({ shown: false, excluded: false })
  })

  test('is reported with the slope of the leak when the heap is enlarged at the same time', () => {
    const growth = memoryGrowthOf(
      samples(33, (second) => 60 + 2 * second + (second < 14 ? 0 : 5) + Math.sin(second) / 9),
    )
    expect(growth?.shown).toBe(true)
    expect(growth?.mbPerMinute).toBeCloseTo(120, 0)
  })

  test('is shown for a leak in portions', () => {
    const growth = memoryGrowthOf(samples(60, (second) => 100 + 8 * Math.floor(second / 7)))
    expect(growth?.shown).toBe(true)
  })

  test('is inconclusive when memory varies by more than it may have grown', () => {
    const growth = memoryGrowthOf(samples(36, (second) => 100 + 60 * Math.sin(second)))
    expect(growth).toMatchObject({ shown: false, excluded: false })
  })

  test('is undefined in a short run', () => {
    expect(memoryGrowthOf(samples(20, () => 100))).toBeUndefined()
  })
})

describe('no growth of memory', () => {
  function verdictAfter(seconds: number) {
    const run = resultOf({
      batches: evenBatches(4 * seconds, 10, () => 5),
      rest: { target: { url: 'http://127.0.0.1:3000/', pids: [7], samples: samples(seconds, () => 100) } },
    })
    return memoryGrowthVerdict(run, run)
  }

  test('is proven by 30 samples, and advises a longer run than that takes', () => {
    expect(verdictAfter(30)).toMatchObject({ verdict: 'pass' })
    expect(verdictAfter(29)).toMatchObject({
      verdict: 'inconclusive',
      why: "the verdict needs 20 samples, one per second, after the first third of the run: duration: '40s'",
    })
  })
})

describe('the CPU of a phase', () => {
  /** Phases of 4 s. The target is busy in the first and in the last one; samples are `lateMs` after each second. */
  function highest(phase: string, lateMs: number): string {
    const busy = (second: number) => (second >= 4 && second < 8 ? 20 : 90)
    const run = resultOf({
      batches: evenBatches(48, 10, () => 5),
      phases: { before: [0, 16], calm: [16, 32], after: [32, 48] },
      rest: {
        target: {
          url: 'http://127.0.0.1:3000/',
          pids: [7],
          samples: samples(12, () => 100).map((sample, second) =>
            Object.assign({}, sample, { atMs: sample.atMs + lateMs, cpuPercent: busy(second) }),
          ),
        },
      },
    })
    return targetUseVerdict(run.phases[phase] ?? run, run, { used: 'cpuPercent', limit: 50 }).observed
  }

  test.each([0, 5, 200])(
    'does not contain the second before or after it, with samples that are %d ms late',
    (lateMs) => {
      expect(highest('calm', lateMs)).toBe('at most 20% of a core in 4 s')
      expect(highest('after', lateMs)).toBe('at most 90% of a core in 4 s')
    },
  )
})
