import { describe, expect, it } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { resultOf, type BatchCase } from '../result.builder.ts'
import { mm1, randomOf } from '../verdict/queue.builder.ts'
import { designEffect } from '../verdict/design-effect.ts'
import { type ObservedRecovery, recoveryFinding, recoveryIn, recoveryOf } from './recovery.ts'

const BATCH_MS = 200
const PHASES = { baseline: [0, 20], overload: [20, 30], recovery: [30, 80] } as const
const [, OVERLOAD_END] = PHASES.overload

/**
 * 20 requests per 200 ms: 4 s of baseline, 2 s of overload, then `slowForMs` of slow responses and usual ones up to 10
 * s.
 */
function overloaded(slowForMs: number, usualMs: (i: number) => number = () => 18): BatchCase[] {
  return Array.from({ length: 80 }, (_, i) => {
    const isSlow = i >= PHASES.overload[0] && BATCH_MS * (i - OVERLOAD_END) < slowForMs
    const responseMs = i < PHASES.overload[0] ? () => 18 : usualMs
    return { responsesMs: Array.from({ length: 20 }, (__, k) => (isSlow ? 500 : responseMs(20 * i + k))) }
  })
}

function recovery(batches: readonly BatchCase[]): ObservedRecovery {
  return recoveryAfter(resultOf({ batches, batchMs: BATCH_MS, phases: PHASES }))
}

function recoveryAfter(run: LoadResult): ObservedRecovery {
  const { baseline, recovery: after } = run.phases
  const observed = baseline && after && recoveryOf(run, { baseline, recovery: after })
  if (observed === undefined) throw new Error('the run has no baseline')
  return observed
}

describe('recovery after an overload', () => {
  it('is immediate when no request is slow any more', () => {
    expect(recovery(overloaded(0))).toMatchObject({ recovered: true, recoverMs: 0, resolutionMs: BATCH_MS })
  })

  it.each([600, 1_000, 4_000, 6_000])('is reported within its resolution when it takes %i ms', (slowForMs) => {
    const { recoverMs, resolutionMs } = recovery(overloaded(slowForMs))
    expect(Math.abs((recoverMs ?? 0) - slowForMs)).toBeLessThanOrEqual(resolutionMs)
    expect(resolutionMs).toBeLessThanOrEqual(2 * BATCH_MS)
  })

  it('is not immediate if the target hangs shortly after the overload', () => {
    // It answers for 0.6 s, hangs for 3 s, and then answers what waited.
    const hangs = overloaded(0).map((batch, i): BatchCase => {
      const piece = i - OVERLOAD_END
      if (piece < 3 || piece > 18) return batch
      if (piece < 18) return { responsesMs: [], arrivals: 20, inFlight: 20 * (piece - 2) }
      return { responsesMs: Array.from({ length: 320 }, (_, k) => 3_000 - 10 * k), arrivals: 20 }
    })
    const { recovered, recoverMs } = recovery(hangs)
    expect(recovered).toBe(true)
    expect(recoverMs).toBeGreaterThanOrEqual(3_000)
  })

  it('accepts the usual 4% of slow responses', () => {
    expect(recovery(overloaded(0, (i) => (i % 25 === 0 ? 60 : 18))).recoverMs).toBe(0)
  })

  it('is not found while responses stay more than a tenth slower', () => {
    expect(recovery(overloaded(0, () => 22.1))).toMatchObject({ recovered: false, recoverMs: null })
    expect(recovery(overloaded(0, () => 19.7)).recovered).toBe(true)
  })

  it('is not found while requests get no response', () => {
    const silent = overloaded(0).map((batch, i) =>
      i < OVERLOAD_END ? batch : { responsesMs: [18], errors: { timeout: 19 } },
    )
    expect(recovery(silent)).toMatchObject({ recovered: false, recoverMs: null })
  })

  it('starts when requests end again after a time without any', () => {
    const hanging = overloaded(0).map((batch, i) =>
      i < OVERLOAD_END || i >= OVERLOAD_END + 15 ? batch : { responsesMs: [], inFlight: 20 * (i - OVERLOAD_END + 1) },
    )
    expect(recovery(hanging).recoverMs).toBe(3_000)
  })

  it('is immediate in a phase with long pauses between its requests', () => {
    const rare = overloaded(0).map((batch, i) => (i < OVERLOAD_END ? batch : { responsesMs: i % 15 === 0 ? [18] : [] }))
    expect(recovery(rare).recoverMs).toBe(0)
  })

  it('is unknown when the phase contains fewer than three windows', () => {
    const batches = overloaded(0).slice(0, OVERLOAD_END + 2)
    const run = resultOf({ batches, batchMs: BATCH_MS, phases: { ...PHASES, recovery: [30, 32] } })
    expect(recoveryAfter(run)).toMatchObject({ recovered: null, recoverMs: null })
  })
})

describe('the recovery in findings', () => {
  function finding(generatorLagMs: number): ReturnType<typeof recoveryFinding> {
    const batches = overloaded(4_000).map((batch, i) =>
      i >= OVERLOAD_END && i < OVERLOAD_END + 20 ? Object.assign({}, batch, { generatorLagMs }) : batch,
    )
    const run = resultOf({ batches, batchMs: BATCH_MS, phases: PHASES })
    const { baseline, recovery: after } = run.phases
    if (baseline === undefined || after === undefined) throw new Error('the run has no phases')
    return recoveryFinding(run, { baseline, recovery: after })
  }

  it('excludes the time in which the generator was suspended', () => {
    expect(finding(800)).toMatchObject({ recovered: true, recoverMs: 0 })
  })

  it('counts slow responses that a small lateness of the generator does not explain', () => {
    expect(finding(10).recoverMs).toBeGreaterThan(3_000)
  })
})

/** 300 s of baseline, 30 s of overload, 300 s of recovery, with batches of 12.8 s and intervals of 1 s. */
function longRun(slowForMs: number): LoadResult {
  const seconds = Array.from({ length: 630 }, (_, second) => {
    const sinceMs = 1_000 * second - 330_000
    const isSlow = second >= 300 && (sinceMs < 0 || sinceMs < slowForMs)
    return { responsesMs: Array.from({ length: 20 }, () => (isSlow ? 500 : 10)) }
  })
  const fine = resultOf({
    batches: seconds,
    batchMs: 1_000,
    phases: { baseline: [0, 300], overload: [300, 330], recovery: [330, 630] },
  })
  const coarse = Object.entries(fine.phases).map(([name, phase]) => [
    name,
    { ...phase, batches: { ...phase.batches, lengthMs: 12_800 } },
  ])
  return { ...fine, phases: Object.fromEntries(coarse) }
}

describe('recovery in a run of ten minutes', () => {
  it.each([
    [0, 0],
    [4_000, 4_000],
  ])('is not rounded to batches of 12.8 s: %i ms of slow responses are reported as %i ms', (slowForMs, recoverMs) => {
    const observed = recoveryAfter(longRun(slowForMs))
    expect(observed.resolutionMs).toBe(1_000)
    expect(Math.abs((observed.recoverMs ?? Number.NaN) - recoverMs)).toBeLessThanOrEqual(1_000)
  })
})

describe('false alarms for a healthy M/M/1 queue', () => {
  /** Response times in pieces of 0.2 s at 100 req/s. The mean service time is 5 ms at load 0.5. */
  const PER_PIECE = 20
  const PIECES = 50

  function piecesOf(seed: number): readonly Float64Array[] {
    const responses = mm1(0.5, 2 * PIECES * PER_PIECE, randomOf(seed)).map((ms) => 25 * ms)
    return Array.from({ length: 2 * PIECES }, (_, i) => responses.subarray(i * PER_PIECE, (i + 1) * PER_PIECE))
  }

  function recoverMs(seed: number): number {
    const pieces = piecesOf(seed)
    const [before, after] = [pieces.slice(0, PIECES), pieces.slice(PIECES)]
    const requests = PIECES * PER_PIECE
    const sorted = Float64Array.from(before.flatMap((piece) => [...piece])).sort()
    const p95Ms = sorted[0.95 * requests - 1] ?? 0
    const over = (piece: Float64Array, limitMs: number): number => piece.filter((ms) => ms > limitMs).length
    const batches = before.map((piece) => ({ sum: over(piece, p95Ms), of: PER_PIECE }))
    const effect = designEffect(batches, 0.05 * 0.95) ?? Number.NaN
    const observed = recoveryIn(
      {
        lengthMs: BATCH_MS,
        limitMs: 1.1 * p95Ms,
        requests: after.map(() => PER_PIECE),
        slow: after.map((piece) => over(piece, Math.max(1.1 * p95Ms, p95Ms + 1))),
        inFlight: after.map(() => 1),
      },
      { requests, designEffect: effect },
      2_000,
    )
    return observed.recoverMs ?? Number.POSITIVE_INFINITY
  }

  it('occur in at most 5% of the runs, and exceed half of the phase in at most 1%', () => {
    const RUNS = 500
    const found = Array.from({ length: RUNS }, (_, i) => recoverMs(7_919 * (i + 1)))
    expect(found.filter((ms) => ms > 0).length / RUNS).toBeLessThanOrEqual(0.05)
    expect(found.filter((ms) => ms > 5_000).length / RUNS).toBeLessThanOrEqual(0.01)
  })
})
