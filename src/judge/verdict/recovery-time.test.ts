import { describe, expect, test } from 'vitest'

import { batchTexts } from '../../model/batch-times.ts'
import type { LoadResult } from '../../model/result.ts'
import { resultOf } from '../result.builder.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { recoveryVerdict } from './recovery-time.ts'

/** 100 req/s: 10 s of baseline, 5 s of overload and `recoverySeconds` of recovery, which starts with slow responses. */
function run(slowSeconds: number, recoverySeconds = 20): LoadResult {
  const BATCHES_PER_SECOND = 4
  const batches = Array.from({ length: BATCHES_PER_SECOND * (15 + recoverySeconds) }, (_, i) => {
    const second = i / BATCHES_PER_SECOND
    const isSlow = second >= 10 && second < 15 + slowSeconds
    return { responsesMs: Array.from({ length: 25 }, () => (isSlow ? 400 : 10)) }
  })
  const end = BATCHES_PER_SECOND * (15 + recoverySeconds)
  return resultOf({ batches, phases: { baseline: [0, 40], overload: [40, 60], recovery: [60, end] } })
}

function verdict(result: LoadResult, limitMs: number): JudgedVerdict {
  return recoveryVerdict(result, result, limitMs)
}

describe('recovery within a time', () => {
  test('passes for a target that was never slow', () => {
    const { verdict: value, observed } = verdict(run(0), 1_000)
    expect([value, observed]).toEqual(['pass', 'immediate recovery (resolution 294 ms)'])
  })

  test('passes with a limit above the time that the target takes and fails below it', () => {
    expect(verdict(run(4), 4_500)).toMatchObject({ verdict: 'pass' })
    expect(verdict(run(4), 3_500)).toMatchObject({ verdict: 'fail', observed: '3 750 ms (resolution 294 ms)' })
  })

  test('is inconclusive when the limit is shorter than the resolution', () => {
    expect(verdict(run(0), 100)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'this run cannot show a recovery faster than 294 ms',
    })
  })

  test('fails when the target stays slow longer than the limit', () => {
    expect(verdict(run(20), 10_000)).toMatchObject({
      verdict: 'fail',
      observed: 'no recovery in the first 15 500 ms (resolution 294 ms)',
    })
  })

  test('is inconclusive when the phase ends too early to show a recovery just within the limit', () => {
    expect(verdict(run(20), 18_000)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'the recovery phase is too short to show it',
      details: expect.arrayContaining(['a recovery phase of 26 s shows whether the target recovers within 18 000 ms']),
    })
    expect(verdict(run(20, 26), 18_000)).toMatchObject({ verdict: 'fail' })
    expect(verdict(run(17.5, 26), 18_000)).toMatchObject({ verdict: 'pass' })
  })

  test('is invalid when only the generator was slow', () => {
    const late = { ...run(4), phases: lateAfterOverload(run(4)) }
    expect(verdict(late, 3_500)).toMatchObject({ verdict: 'invalid', reason: 'the load was not delivered' })
  })

  describe.each([
    ['in the batches of a short phase', 20],
    ['in the intervals of a phase of more than a minute', 120],
  ])('%s', (_, seconds) => {
    test('is invalid when the generator was suspended while the target would have recovered', () => {
      const suspended = suspendedRun({ slowSeconds: 2, suspended: [2, 8], seconds })
      expect(verdict(suspended, 3_500)).toMatchObject({ verdict: 'invalid', reason: 'the load was not delivered' })
    })

    test('fails when the target stays slow after the generator was suspended', () => {
      const slow = suspendedRun({ slowSeconds: 14, suspended: [2, 4], seconds })
      expect(verdict(slow, 3_500)).toMatchObject({ verdict: 'fail' })
    })

    test('is invalid when the target waited for a core because of other processes', () => {
      expect(verdict(starvedRun(seconds), 3_500)).toMatchObject({
        verdict: 'invalid',
        reason: 'other processes took cores from the target',
      })
    })
  })

  test('does not depend on a schedule lag far below the limit', () => {
    const late = (lagMs: number): LoadResult => {
      const { phases } = run(4)
      const { recovery } = phases
      if (recovery?.responseTime.p99Ms === undefined) throw new Error('the run has no recovery phase')
      const scheduleLag = { ...recovery.responseTime, p99Ms: lagMs }
      return { ...run(4), phases: { ...phases, recovery: { ...recovery, scheduleLag } } }
    }
    expect(verdict(late(200), 4_500)).toMatchObject({ verdict: 'pass' })
    expect(verdict(late(500), 4_500)).toMatchObject({ verdict: 'invalid', reason: 'the load was not delivered' })
  })

  test('is invalid without an overload between two phases', () => {
    const steady = resultOf({ batches: [{ responsesMs: [10] }] })
    expect(verdict(steady, 1_000)).toMatchObject({
      verdict: 'invalid',
      reason: 'the run has no overload phase with a phase before it and one after it',
    })
  })
})

interface SuspendedRun {
  /** The target itself is slow for so long after the overload. */
  readonly slowSeconds: number
  /** The generator is suspended from … to, in seconds after the overload. */
  readonly suspended: readonly [number, number]
  readonly seconds: number
}

/** 20 req/s in batches of 1 s. A phase of more than a minute has batches of 3.2 s, as the recorder makes them. */
function suspendedRun({ slowSeconds, suspended: [from, to], seconds }: SuspendedRun): LoadResult {
  const batches = Array.from({ length: 15 + seconds }, (_, second) => {
    const since = second - 15
    const isLate = since >= from && since < to
    const isSlow = second >= 10 && since < slowSeconds
    const responsesMs = Array.from({ length: 20 }, () => (isLate || isSlow ? 400 : 10))
    return { responsesMs, generatorLagMs: isLate ? 1_000 : 1 }
  })
  return coarsened(
    resultOf({
      batches,
      batchMs: 1_000,
      phases: { baseline: [0, 10], overload: [10, 15], recovery: [15, 15 + seconds] },
    }),
    seconds,
  )
}

/** The target waits 400 ms for a core in each second until 8 s after the overload; other processes take the core. */
function starvedRun(seconds: number): LoadResult {
  const usual = suspendedRun({ slowSeconds: 8, suspended: [0, 0], seconds })
  const samples = Array.from({ length: 15 + seconds }, (_, second) => ({
    atMs: 1_000 * (second + 1),
    cpuPercent: 40,
    busiestProcessCpuPercent: 40,
    rssMb: 100,
    openSockets: 4,
    threads: 11,
    bytesIn: null,
    bytesOut: null,
    coreWaitMs: second >= 10 && second < 23 ? 400 : 0,
  }))
  const doubts = [{ code: 'foreign-load', cpuPercent: 180, message: 'other processes used 180% of a core' }] as const
  return { ...usual, target: { ...usual.target, samples }, generator: { ...usual.generator, doubts } }
}

function coarsened(fine: LoadResult, seconds: number): LoadResult {
  if (seconds <= 60) return fine
  const phases = Object.entries(fine.phases).map(([name, phase]) => [
    name,
    { ...phase, batches: { ...phase.batches, lengthMs: 3_200 } },
  ])
  return { ...fine, phases: Object.fromEntries(phases) }
}

/** The phases of a run in which the generator caused the slow responses after the overload. */
function lateAfterOverload({ phases }: LoadResult): LoadResult['phases'] {
  const { recovery } = phases
  if (recovery === undefined) throw new Error('the run has no recovery phase')
  const times = batchTexts(recovery, 'responseTime')
  const targetTime = times.map(() => times.at(-1) ?? '')
  return { ...phases, recovery: { ...recovery, batches: { ...recovery.batches, targetTime } } }
}
