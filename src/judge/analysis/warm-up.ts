import { batchHistograms } from '../../model/batch-times.ts'
import { bucketHighUs, bucketLowUs, type SparseHistogram } from '../../model/hdr.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'
import { studentQuantile } from '../verdict/statistics/student.ts'

/** Whether the first part of a run differs from the rest. */
export type WarmUp =
  | { readonly kind: 'steady' }
  /** The means are the mean response times before and after `untilMs`. */
  | { readonly kind: 'warm-up'; readonly untilMs: Ms; readonly firstMeanMs: Ms; readonly restMeanMs: Ms }
  /** The rest drifts for every part of the first half that is excluded. */
  | { readonly kind: 'never-settled' }
  /** The run has too few batches for a decision. */
  | { readonly kind: 'too-short' }
  /** The plan changes the rate, so the response time changes too. */
  | { readonly kind: 'not-stationary' }

/** Patterns with a constant rate. */
const STATIONARY: ReadonlySet<string> = new Set(['constant', 'poisson'])
/** Observations per mean: the 5 of MSER-5. */
const PER_MEAN = 5
const FEWEST_MEANS = 6
const DOUBT = 0.01
/** Minimum relative difference of a warm-up. */
const LEAST_EFFECT = 0.1

interface BatchSum {
  readonly count: number
  readonly meanMs: Ms
}

/**
 * Detects a warm-up by MSER-5 (White, 1997): from the means of five consecutive batches, excludes the first d, where d
 * minimises Σ(x − x̄)² / (n − d)² over the n − d remaining means. If d is half of the means and all of them differ from
 * the rest, the run never settled.
 *
 * The rule alone also finds a warm-up in pure noise. So the first mean, and the mean of all excluded ones, must differ
 * from the rest by a tenth, and the first mean must lie outside the scatter of the rest (99%, Student's t). A stall in
 * the middle of a fast start is therefore not a warm-up. The rule excludes too much rather than too little, so the
 * warm-up ends at the first mean that is within a tenth of the rest.
 */
export function warmUpOf(result: LoadResult): WarmUp {
  if (!STATIONARY.has(result.pattern)) return { kind: 'not-stationary' }
  const { batches, lengthMs } = batchesOf(result)
  const groups = Array.from({ length: Math.floor(batches.length / PER_MEAN) }, (_, i) =>
    together(batches.slice(PER_MEAN * i, PER_MEAN * (i + 1))),
  )
  // A group without a response has no mean; `from` keeps the times of the others correct.
  const means = groups.flatMap((group, i) => (group.count === 0 ? [] : [{ ...group, from: i }]))
  if (means.length < FEWEST_MEANS) return { kind: 'too-short' }
  const left = truncation(means.map(({ meanMs }) => meanMs))
  const settled = together(means.slice(left)).meanMs
  if (!differs(means.slice(0, left), means.slice(left))) return { kind: 'steady' }
  const end = means.slice(0, left).findIndex(({ meanMs }) => !isFar(meanMs, settled))
  if (end < 0 && left >= Math.floor(means.length / 2)) return { kind: 'never-settled' }
  const [first, rest] = [means.slice(0, end < 0 ? left : end), means.slice(end < 0 ? left : end)]
  return {
    kind: 'warm-up',
    untilMs: (rest[0]?.from ?? 0) * PER_MEAN * lengthMs,
    firstMeanMs: together(first).meanMs,
    restMeanMs: together(rest).meanMs,
  }
}

/** Number of means to exclude, at most half of them. */
function truncation(means: readonly number[]): number {
  let best = { left: 0, error: Number.POSITIVE_INFINITY }
  for (let left = 0; left <= means.length / 2; left++) {
    const rest = means.slice(left)
    const error = squaresOf(rest) / rest.length ** 2
    if (error < best.error) best = { left, error }
  }
  return best.left
}

function differs(first: readonly BatchSum[], rest: readonly BatchSum[]): boolean {
  const [begin] = first
  if (begin === undefined) return false
  const { meanMs } = together(rest)
  const means = rest.map((each) => each.meanMs)
  const scatterMs = Math.sqrt((squaresOf(means) / (means.length - 1)) * (1 + 1 / means.length))
  const isOutside = Math.abs(begin.meanMs - meanMs) > studentQuantile(1 - DOUBT / 2, means.length - 1) * scatterMs
  return isOutside && isFar(begin.meanMs, meanMs) && isFar(together(first).meanMs, meanMs)
}

function isFar(ms: Ms, restMs: Ms): boolean {
  return Math.abs(ms - restMs) > LEAST_EFFECT * restMs
}

/** Returns the seconds of a long run, or the finer batches of a short run: whichever are more. */
function batchesOf(result: LoadResult): {
  readonly batches: readonly BatchSum[]
  readonly lengthMs: Ms
} {
  const { intervals, intervalMs, batches } = result
  if (intervals.length > batches.successes.length) {
    const seconds = intervals.map(({ responseTime: times }) => ({
      count: times.count,
      meanMs: times.meanMs ?? 0,
    }))
    return { batches: seconds, lengthMs: intervalMs }
  }
  return { batches: batchHistograms(result, 'responseTime').map(meanOf), lengthMs: batches.lengthMs }
}

/** Mean of a histogram. Uses the middle of each bucket, because a bucket is 0.1% wide. */
function meanOf({ buckets, counts }: SparseHistogram): BatchSum {
  const middles = Array.from(buckets, (bucket) => (bucketLowUs(bucket) + bucketHighUs(bucket)) / 2_000)
  return together(middles.map((meanMs, i) => ({ count: counts[i] ?? 0, meanMs })))
}

function together(batches: readonly BatchSum[]): BatchSum {
  const count = sum(batches.map((each) => each.count))
  const total = sum(batches.map((each) => each.count * each.meanMs))
  return { count, meanMs: count === 0 ? 0 : total / count }
}

function squaresOf(values: readonly number[]): number {
  const mean = sum(values) / values.length
  return sum(values.map((value) => (value - mean) ** 2))
}
