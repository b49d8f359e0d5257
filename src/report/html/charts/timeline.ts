import { batchHistograms } from '../../../model/batch-times.ts'
import { percentileMs, type SparseHistogram } from '../../../model/hdr.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { Ms, Ratio, Rps } from '../../../model/units.ts'

/** The figures of a run in one part of its time. */
export interface TimelinePoint {
  /** Middle of the part, since the start of the measured part. */
  readonly atMs: Ms
  readonly lengthMs: Ms
  readonly offeredRps: Rps
  /** `null` if the run ended early in the part, so that a few last responses are no rate. */
  readonly achievedRps: Rps | null
  /** Requests that were due and not done at the end of the part. */
  readonly inFlight: number
  readonly p50Ms: Ms | null
  readonly p90Ms: Ms | null
  readonly p95Ms: Ms | null
  readonly p99Ms: Ms | null
}

/** A run with fewer intervals is shown by its batches, which are shorter than a second. */
const MIN_INTERVALS = 20

/** Returns the figures of a run over time: by its intervals, or by its batches if the run is short. */
export function timelineOf(result: LoadResult): readonly TimelinePoint[] {
  if (result.intervals.length < MIN_INTERVALS) {
    const batches = momentsOfBatches(result)
    if (batches.length > result.intervals.length) return batches
  }
  return result.intervals.map((interval) => {
    const { p50Ms = null, p90Ms = null, p95Ms = null, p99Ms = null } = interval.responseTime
    return {
      atMs: interval.startMs + interval.durationMs / 2,
      lengthMs: interval.durationMs,
      offeredRps: interval.offeredRps,
      achievedRps: interval.throughputRps,
      inFlight: interval.inFlight,
      p50Ms,
      p90Ms,
      p95Ms,
      p99Ms,
    }
  })
}

/** A part needs this share of its time before the end of the run to have a rate. */
const MIN_COVERED: Ratio = 0.5

const EMPTY: SparseHistogram = { buckets: [], counts: [] }

function momentsOfBatches(result: LoadResult): readonly TimelinePoint[] {
  const { batches } = result
  const { lengthMs, startMs, arrivals, successes, inFlight } = batches
  const endMs = result.durationMs + result.drainMs
  // A result in memory has one histogram per batch; another one may have been written without them.
  const histograms = batchHistograms(result, 'responseTime')
  return successes.map((count, i) => {
    const histogram = histograms[i] ?? EMPTY
    const at = (percentile: number): Ms | null => percentileMs(histogram, percentile)
    const coveredMs = Math.min(lengthMs, endMs - startMs - i * lengthMs)
    return {
      atMs: startMs + (i + 0.5) * lengthMs,
      lengthMs,
      offeredRps: ((arrivals[i] ?? 0) * 1_000) / lengthMs,
      achievedRps: coveredMs < MIN_COVERED * lengthMs ? null : (count * 1_000) / coveredMs,
      inFlight: inFlight[i] ?? 0,
      p50Ms: at(50),
      p90Ms: at(90),
      p95Ms: at(95),
      p99Ms: at(99),
    }
  })
}
