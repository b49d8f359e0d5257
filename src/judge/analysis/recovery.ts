import { decodeHdr } from '../../model/hdr-codec.ts'
import type { SparseHistogram } from '../../model/hdr.ts'
import type { Recovery } from '../../model/limits-findings.ts'
import { batchHistograms } from '../../model/batch-times.ts'
import type { IntervalDistribution, JudgedFigures, PhaseFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { designEffect } from '../verdict/design-effect.ts'
import { isOutside, type LatePeriod, latePeriods } from '../verdict/late-periods.ts'
import { countOver, histogramOf } from '../verdict/latencies.ts'
import { coreWaitMs } from '../verdict/starved-target.ts'
import { atLeast } from '../verdict/statistics/binomial.ts'
import { sum } from '../../model/sum.ts'

/** Response times after an overload, in pieces of equal length; the first one starts at the end of the overload. */
export interface RecoveryCourse {
  readonly lengthMs: Ms
  /** Response time above which a request is slow. */
  readonly limitMs: Ms
  /** Requests that ended in each piece. */
  readonly requests: readonly number[]
  /** Number of these that were slower than the limit, failed, or were dropped. */
  readonly slow: readonly number[]
  /** Requests due but not done at the end of each piece. */
  readonly inFlight: readonly number[]
  /** Whether a piece is excluded because the generator was late. Default: none. */
  readonly excluded?: readonly boolean[]
}

/** Precision of the share of slow requests in the baseline. */
export interface RecoveryBaseline {
  readonly requests: number
  /** Requests per independent request. */
  readonly designEffect: number
}

export interface ObservedRecovery extends Recovery {
  readonly resolutionMs: Ms
  /** Maximum recovery time that the course can show. */
  readonly watchedMs: Ms
}

/** A target has recovered when its p95 is at most this multiple of the baseline, or this much above it. */
const TOLERANCE = 1.1
const TOLERANCE_MS: Ms = 1
/** Share of requests above a p95. */
const SHARE = 0.05
const ALPHA = 0.05
/** Number of consecutive good windows for a recovery, because a single one may occur by chance. */
const CONSECUTIVE = 3
const MAX_WINDOW_MS: Ms = 10_000
const WINDOW_SHARE = 0.2

/** The time since the intended start, or since the generator noticed that a request was due. */
export type RecoveryTime = 'responseTime' | 'targetTime'

export interface RecoveryQuestion {
  /** The phase after the overload. */
  readonly recovery: PhaseFigures
  /** A run or a phase at a rate that the target holds. */
  readonly baseline: JudgedFigures
  /** Response time above which a request is slow; default 1.1 × the baseline's p95, and at least 1 ms above it. */
  readonly limitMs?: Ms
  readonly time?: RecoveryTime
  /**
   * Late periods of the generator, for judging the recovery again: requests that ended in them do not count, and the
   * times of a target that waited for a core are shortened by that wait.
   */
  readonly outside?: readonly LatePeriod[]
}

/**
 * Returns the time from the end of an overload to the first of three consecutive sliding windows (20% of the recovery
 * phase, at most 10 s) that are not significantly above the baseline: more than 5% of the requests over 1.1 × the
 * baseline's p95. Requests that failed or were dropped count as over. A time within the resolution is 0. Undefined if
 * the baseline has no p95.
 */
export function recoveryOf(
  run: LoadResult,
  { recovery, baseline, limitMs: given, time = 'responseTime', outside }: RecoveryQuestion,
): ObservedRecovery | undefined {
  const distribution = baseline[time]
  if (distribution.p95Ms === undefined) return undefined
  const limitMs = given ?? Math.max(TOLERANCE * distribution.p95Ms, distribution.p95Ms + TOLERANCE_MS)
  const windowMs = Math.min(MAX_WINDOW_MS, WINDOW_SHARE * (recovery.endMs - recovery.startMs))
  return recoveryIn(
    finestCourse({ run, phase: recovery, limitMs, time, outside }),
    { requests: distribution.count, designEffect: effectIn(baseline, distribution.p95Ms, time) },
    windowMs,
  )
}

/** Lateness of the generator, as a share of the resolution, that does not affect a recovery time. */
const SMALL_LAG = 0.1

/** Returns the recovery for findings, without the late periods of the generator if these can have delayed it. */
export function recoveryFinding(run: LoadResult, question: RecoveryQuestion): Recovery {
  const whole = recoveryOf(run, question)
  const late = whole === undefined || whole.recoverMs === 0 ? [] : latePeriods(run, SMALL_LAG * whole.resolutionMs)
  const observed = late.length === 0 ? whole : recoveryOf(run, { ...question, time: 'targetTime', outside: late })
  if (observed === undefined || observed.recovered === null) return { recovered: null, recoverMs: null }
  const { recovered, recoverMs, resolutionMs } = observed
  return { recovered, recoverMs, resolutionMs }
}

/** `recoveryOf` for a course whose slow requests are already counted. */
export function recoveryIn(course: RecoveryCourse, baseline: RecoveryBaseline, windowMs: Ms): ObservedRecovery {
  const { lengthMs, requests, slow } = course
  const silent = silentPieces(course)
  const width = Math.max(1, Math.round(windowMs / lengthMs))
  const windows = Math.max(0, requests.length - width + 1)
  const perWindow = (sum(requests) * width) / Math.max(1, requests.length)
  const resolutionMs = lengthMs * Math.max(1, width * slowShareAllowed(effectiveRequests(perWindow, baseline)))
  const watchedMs = Math.max(0, (windows - CONSECUTIVE) * lengthMs)
  let good = 0
  // Starts after the last window above the baseline, because excluded windows may have been good.
  let since = 0
  for (let from = 0; from < windows; from++) {
    const to = from + width
    if (isExcluded(course, from, to)) continue
    const all = sum(requests.slice(from, to))
    const isAbove =
      silent.slice(from, to).some(Boolean) ||
      (all > 0 && isSignificant(effectiveRequests(all, baseline), sum(slow.slice(from, to)) / all))
    good = isAbove ? 0 : good + 1
    if (isAbove) since = from + 1
    if (good === CONSECUTIVE) {
      const startMs = since * lengthMs
      return { recovered: true, recoverMs: startMs <= resolutionMs ? 0 : startMs, resolutionMs, watchedMs }
    }
  }
  return { recovered: windows < CONSECUTIVE ? null : false, recoverMs: null, resolutionMs, watchedMs }
}

/** Whether every piece of a window is excluded. */
function isExcluded({ excluded = [] }: RecoveryCourse, from: number, to: number): boolean {
  return excluded.length > 0 && excluded.slice(from, to).every(Boolean)
}

/**
 * Returns the pieces in which no request ended for longer than the limit although requests were in flight: those
 * requests are slow, but they count only when they end.
 */
function silentPieces({ lengthMs, limitMs, requests, inFlight }: RecoveryCourse): readonly boolean[] {
  const silent = requests.map((count, i) => count === 0 && (inFlight[i] ?? 0) > 0)
  const edges = silent.map((is, i) => (is ? [silent.indexOf(false, i), silent.lastIndexOf(false, i)] : undefined))
  return edges.map((edge) => {
    if (edge === undefined) return false
    const [next = 0, previous = 0] = edge
    return ((next < 0 ? silent.length : next) - previous - 1) * lengthMs > limitMs
  })
}

/**
 * Number of independent requests that corresponds to a comparison of a window with the baseline: both shares are
 * uncertain, so the variance is q(1 − q) · deff · (1/window + 1/baseline).
 */
function effectiveRequests(inWindow: number, { requests, designEffect: effect }: RecoveryBaseline): number {
  return Math.max(1, Math.round(1 / (effect * (1 / inWindow + 1 / requests))))
}

/** Whether a share of slow requests is above 5% beyond chance. */
function isSignificant(independent: number, share: number): boolean {
  const late = Math.floor(share * independent + 1e-9)
  return late > 0 && atLeast(independent, SHARE, late) <= ALPHA
}

/** Requests per independent request, for the indicator "above the baseline's own p95". */
function effectIn(baseline: JudgedFigures, p95Ms: Ms, time: RecoveryTime): number {
  const sums = batchHistograms(baseline, time).map((histogram, i) => ({
    sum: countOver(histogram, p95Ms),
    of: baseline.batches.successes[i] ?? 0,
  }))
  const filled = sums.filter(({ of }) => of > 0)
  // With too few batches for an estimate, the requests of a batch count as one.
  return designEffect(sums, SHARE * (1 - SHARE)) ?? sum(filled.map(({ of }) => of)) / Math.max(1, filled.length)
}

/** Share of a window's requests that may be slow without significance. It limits how early a recovery is reported. */
function slowShareAllowed(independent: number): number {
  let allowed = 0
  while (allowed < independent && !isSignificant(independent, (allowed + 1) / independent)) allowed++
  return allowed / independent
}

interface Cut {
  readonly run: LoadResult
  readonly phase: PhaseFigures
  readonly limitMs: Ms
  readonly time: RecoveryTime
  readonly outside: readonly LatePeriod[] | undefined
}

/**
 * Divides the phase as finely as the result allows. Its batches contain only its own requests; the intervals of the
 * run, which are finer for phases of more than a minute, also contain the last requests of the overload.
 */
function finestCourse(cut: Cut): RecoveryCourse {
  const { run, phase, time } = cut
  const isFine = phase.batches.lengthMs <= run.intervalMs
  return isFine || !run.intervals.every((interval) => hasHistogram(interval[time])) ? batchesOf(cut) : intervalsOf(cut)
}

/** An artifact contains no histograms of intervals. */
function hasHistogram({ count, histogram }: IntervalDistribution): boolean {
  return count === 0 || histogram !== undefined
}

function batchesOf(cut: Cut): RecoveryCourse {
  const { batches, startMs } = cut.phase
  const { lengthMs, successes, errors, dropped, inFlight } = batches
  const undelayed = cut.outside === undefined ? undefined : batches.undelayedTime
  const histograms = undelayed?.map(decodeHdr) ?? batchHistograms(cut.phase, cut.time)
  const first = firstFrom(startMs, batches.startMs, lengthMs)
  // A phase has no batch before its first request.
  const before = Array.from({ length: Math.max(0, -first) }, () => NOTHING)
  const pieces = successes.map((count, i) =>
    pieceOf(cut, batches.startMs + i * lengthMs, lengthMs, {
      successes: count,
      failed: (errors[i] ?? 0) + (dropped[i] ?? 0),
      inFlight: inFlight[i] ?? 0,
      histogram: histograms[i] ?? NO_VALUES,
      isUndelayed: undelayed !== undefined,
    }),
  )
  return courseOf(cut, lengthMs, [...before, ...pieces.slice(Math.max(0, first))])
}

function intervalsOf(cut: Cut): RecoveryCourse {
  const { intervals, intervalMs } = cut.run
  const from = firstFrom(cut.phase.startMs, 0, intervalMs)
  const within = intervals.slice(from, firstFrom(cut.phase.endMs, 0, intervalMs))
  const pieces = within.map((interval, i) => {
    const { successes, errors, dropped, inFlight } = interval
    const histogram = histogramOf(interval[cut.time])
    return pieceOf(cut, (from + i) * intervalMs, intervalMs, {
      successes,
      failed: errors + dropped,
      inFlight,
      histogram,
      isUndelayed: false,
    })
  })
  return courseOf(cut, intervalMs, pieces)
}

interface Piece {
  readonly requests: number
  readonly slow: number
  readonly inFlight: number
  readonly isExcluded: boolean
}

const NO_VALUES: SparseHistogram = { buckets: [], counts: [] }

const NOTHING: Piece = { requests: 0, slow: 0, inFlight: 0, isExcluded: false }

interface MeasuredPiece {
  readonly successes: number
  readonly failed: number
  readonly inFlight: number
  readonly histogram: SparseHistogram
  /** Whether the histogram excludes the waits of the target for a core. */
  readonly isUndelayed: boolean
}

function pieceOf({ run, limitMs, outside }: Cut, startMs: Ms, lengthMs: Ms, measured: MeasuredPiece): Piece {
  const { successes, failed, inFlight, histogram, isUndelayed } = measured
  if (outside !== undefined && !isOutside(outside, startMs, lengthMs)) return { ...NOTHING, isExcluded: true }
  const waitMs = outside === undefined || isUndelayed ? 0 : coreWaitMs(run, startMs, startMs + lengthMs)
  return {
    requests: successes + failed,
    slow: countOver(histogram, limitMs + waitMs) + failed,
    inFlight,
    isExcluded: false,
  }
}

function courseOf({ limitMs }: Cut, lengthMs: Ms, pieces: readonly Piece[]): RecoveryCourse {
  return {
    lengthMs,
    limitMs,
    requests: pieces.map(({ requests }) => requests),
    slow: pieces.map(({ slow }) => slow),
    inFlight: pieces.map(({ inFlight }) => inFlight),
    excluded: pieces.map(({ isExcluded: is }) => is),
  }
}

/** Index of the first piece that starts at or after a time. */
function firstFrom(fromMs: Ms, startMs: Ms, lengthMs: Ms): number {
  return Math.ceil((fromMs - startMs) / lengthMs - 1e-9)
}
