import { batchHistograms } from '../../model/batch-times.ts'
import type { Distribution, JudgedFigures } from '../../model/figures.ts'
import { bucketLowUs } from '../../model/hdr.ts'
import { sum } from '../../model/sum.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { MIN_BATCHES } from './design-effect.ts'
import { histogramOf, percentileOf } from './latencies.ts'
import { neweyWestSlope } from './statistics/newey-west.ts'
import { studentQuantile } from './statistics/student.ts'

/** How the number of requests in flight changed from the start of the traffic to its end. */
export interface Growth {
  readonly requests: number
  /** `requests` divided by the number of arrivals. */
  readonly share: Ratio
  /** The growth exceeds what chance and the normal variation of a healthy queue explain. */
  readonly shown: boolean
}

/** A growth with the figures that distinguish it from chance. */
export interface MeasuredGrowth extends Growth {
  /** Requests that arrived. */
  readonly arrived: number
  /**
   * Standard error of `requests` for a queue at its capacity, whose length is a random walk: `√(6/5 · Σ Δ²)` over the
   * changes Δ from batch to batch. 6/5 is the factor of a least-squares slope through a random walk. A queue below its
   * capacity returns to its mean, so for such a queue the error is an upper bound. Includes the error of the number that
   * is in flight without an overload.
   */
  readonly noise: number
  /** Maximum difference between two numbers in flight, in requests. */
  readonly range: number
}

/** Significance level of a slope. */
const DOUBT = 0.01
/** Minimum growth that counts as an overload, as a share of the arrivals. */
const LEAST_SHARE = 0.01
const WALK_FACTOR = 6 / 5
/**
 * Beginning of a run whose requests show the service times without an overload, because a queue is still short then:
 * this share of the batches, or as many as have `MIN_EARLY` arrivals, at most half.
 */
const EARLY: Ratio = 1 / 5
const MIN_EARLY = 50
/** Standard errors of the mean of these service times that a growth must exceed as well. */
const SAMPLE_ERRORS = 3
/** Percentile of the service times of a run with fewer early requests. */
const FAST_PERCENTILE = 10

/**
 * Measures whether the number in flight grew: a slope over at least 20 batches with Newey–West errors, significant at
 * 99%, and growth of at least 1% of the arrivals. A slope alone gives false alarms on healthy queues, whose length
 * varies.
 *
 * Counts only batches that lie entirely within the traffic, because the others drain the last requests. Undefined with
 * fewer than 20 such batches, or without traffic.
 */
export function growthOf(
  figures: JudgedFigures & { readonly startMs?: Ms },
  requiredBatches: number = MIN_BATCHES,
): MeasuredGrowth | undefined {
  const { batches, durationMs, startMs = 0 } = figures
  // The batches of an operation begin with its first request, which may be long after the start of the traffic.
  const from = Math.max(0, Math.ceil((startMs - batches.startMs) / batches.lengthMs))
  const to = Math.max(from, Math.floor((startMs - batches.startMs + durationMs) / batches.lengthMs))
  const { shares, error } = earlyService(figures, from, to)
  const arrivals = batches.arrivals.slice(from, to)
  const growth = growthIn(arrivals, batches.inFlight.slice(from, to), shares, requiredBatches)
  if (growth === undefined) return undefined
  const later = arrivals.slice(arrivals.length >> 1)
  const errorRequests = (SAMPLE_ERRORS * error * sum(later)) / later.length
  return { ...growth, noise: Math.hypot(growth.noise, errorRequests) }
}

/** Service times of some requests, in batches. */
interface Service {
  /** See `growthIn`. */
  readonly shares: readonly Ratio[]
  /** Standard error of their mean. */
  readonly error: number
}

/**
 * Returns the service times of the requests that the batches from `from` on sent first. A request that succeeded in
 * batch d after s ms was sent s ms before.
 */
function earlyService(figures: JudgedFigures, from: number, to: number): Service {
  const { lengthMs, arrivals } = figures.batches
  let until = from + EARLY * (to - from)
  let arrived = sum(arrivals.slice(from, Math.ceil(until)))
  while (arrived < MIN_EARLY && until < (from + to) / 2) arrived += arrivals[Math.ceil(until++)] ?? 0
  const shares: Ratio[] = []
  let [early, total, squares] = [0, 0, 0]
  for (const [batch, { buckets, counts }] of batchHistograms(figures, 'serviceTime').entries()) {
    for (let i = 0; i < buckets.length; i++) {
      const serviceBatches = bucketLowUs(buckets[i] ?? 0) / 1_000 / lengthMs
      const sentBatch = batch + 0.5 - serviceBatches
      if (sentBatch < from || sentBatch >= until) continue
      const count = counts[i] ?? 0
      early += count
      total += count * serviceBatches
      squares += count * serviceBatches ** 2
      for (const [age, share] of fixedService(serviceBatches).entries()) {
        shares[age] = (shares[age] ?? 0) + count * share
      }
    }
  }
  if (early < MIN_EARLY / 2) {
    return { shares: fixedService(fastServiceMs(figures.serviceTime) / lengthMs), error: 0 }
  }
  const variance = Math.max(0, squares / early - (total / early) ** 2)
  return { shares: shares.map((each) => each / early), error: Math.sqrt(variance / early) }
}

/** Returns the shares (see `growthIn`) for requests that all take this many batches. */
export function fixedService(serviceBatches: number): readonly Ratio[] {
  return Array.from({ length: Math.ceil(serviceBatches) }, (_, age) => Math.min(1, serviceBatches - age))
}

/** Service time without queueing; 0 if no request succeeded. */
function fastServiceMs(serviceTime: Distribution): Ms {
  return percentileOf({ histogram: histogramOf(serviceTime), unanswered: 0 }, FAST_PERCENTILE) ?? 0
}

/**
 * Computes growth from the arrivals in each batch and the number in flight at its end. `shares` are those of the
 * requests of a batch that are still in flight at its end, at the end of the next batch and so on, without an overload.
 * They are subtracted first, so that neither a rising rate nor the first service time of a run, in which no request can
 * be done yet, looks like a growing queue.
 */
export function growthIn(
  arrivals: readonly number[],
  inFlight: readonly number[],
  shares: readonly Ratio[],
  requiredBatches: number = MIN_BATCHES,
): MeasuredGrowth | undefined {
  const backlog = inFlight.map((count, i) => count - sum(shares.map((share, age) => share * (arrivals[i - age] ?? 0))))
  const arrived = sum(arrivals)
  if (backlog.length < requiredBatches || arrived === 0) return undefined
  const { perStep, error } = neweyWestSlope(backlog)
  const requests = perStep * (backlog.length - 1)
  const significant = perStep > studentQuantile(1 - DOUBT, backlog.length - 2) * error
  const squares = sum(backlog.slice(1).map((count, i) => (count - (backlog[i] ?? 0)) ** 2))
  return {
    requests,
    share: requests / arrived,
    shown: significant && requests >= LEAST_SHARE * arrived,
    arrived,
    noise: Math.sqrt(WALK_FACTOR * squares),
    range: Math.max(...backlog) - Math.min(...backlog),
  }
}
