import { decodeHdr, encodeHdr } from '../../model/hdr-codec.ts'
import { bucketHighUs, bucketLowUs, rankOf } from '../../model/hdr.ts'
import { batchTexts } from '../../model/batch-times.ts'
import type { Batches, Distribution, JudgedFigures, LatencyName } from '../../model/figures.ts'
import { latencyAt } from './latencies.ts'
import { sum } from '../../model/sum.ts'

/**
 * Returns the figures of some batches only, for judging them again. `keeps` contains for each batch whether it remains.
 *
 * Response times are measured from the dispatch of a request, so they contain no lateness of the generator. Error
 * classes and drop reasons are known only for the whole run: each keeps the largest count that the remaining batches
 * can contain. Exact counts over the limits of an `sla` are removed.
 */
export function remainingFigures<Kind extends JudgedFigures>(figures: Kind, keeps: readonly boolean[]): Kind {
  const { lengthMs, startMs } = figures.batches
  const batches = remainingBatches(figures, keeps)
  const left = keeps.filter((keep, batch) => !keep && batch * lengthMs < figures.durationMs).length
  const durationMs = Math.max(0, figures.durationMs - left * lengthMs)
  const [successes, errors, dropped, unanswered] = [
    sum(batches.successes),
    sum(batches.errors),
    sum(batches.dropped),
    sum(batches.unanswered),
  ]
  const requestsScheduled = successes + errors + dropped
  return {
    ...figures,
    durationMs,
    requestsScheduled,
    requestsSent: successes + errors,
    responsesReceived: requestsScheduled - unanswered,
    successes,
    errors,
    dropped,
    unanswered,
    errorsByClass: Object.fromEntries(
      Object.entries(figures.errorsByClass).map(([name, { count, ...rest }]) => [
        name,
        { count: Math.min(count, errors), ...rest },
      ]),
    ),
    droppedByReason: Object.fromEntries(
      Object.entries(figures.droppedByReason).map(([reason, count]) => [reason, Math.min(count, dropped)]),
    ),
    offeredRps: durationMs > 0 ? (1_000 * requestsScheduled) / durationMs : 0,
    overLimit: {},
    responseTime: distributionOf(batches.targetTime),
    serviceTime: distributionOf(batches.serviceTime),
    firstMessageTime: distributionOf(batches.firstMessageTime ?? []),
    messageGap: distributionOf(batches.messageGap ?? []),
    targetTime: distributionOf(batches.targetTime),
    batches: { ...batches, startMs, responseTime: batches.targetTime },
  }
}

/** Batches with one histogram for each of them. */
type RemainingBatches = Batches & Readonly<Partial<Record<LatencyName, readonly string[]>>>

function remainingBatches(figures: JudgedFigures, keeps: readonly boolean[]): RemainingBatches {
  const { batches } = figures
  const rest = <Value>(column: readonly Value[]): Value[] => column.filter((_, batch) => keeps[batch] === true)
  const times = (name: LatencyName): readonly string[] => rest(batchTexts(figures, name))
  return {
    startMs: batches.startMs,
    lengthMs: batches.lengthMs,
    arrivals: rest(batches.arrivals),
    inFlight: rest(batches.inFlight),
    successes: rest(batches.successes),
    errors: rest(batches.errors),
    dropped: rest(batches.dropped),
    unanswered: rest(batches.unanswered),
    responseTime: times('responseTime'),
    serviceTime: times('serviceTime'),
    targetTime: times('targetTime'),
    ...(batches.firstMessageTime !== undefined && { firstMessageTime: times('firstMessageTime') }),
    ...(batches.messageGap !== undefined && { messageGap: times('messageGap') }),
  }
}

/** Statistics of the values in several histograms, each value taken as the middle of its bucket. */
function distributionOf(encoded: readonly string[]): Distribution {
  const filled = new Map<number, number>()
  for (const { buckets, counts } of encoded.map(decodeHdr)) {
    for (let i = 0; i < buckets.length; i++) {
      const bucket = buckets[i] ?? 0
      filled.set(bucket, (filled.get(bucket) ?? 0) + (counts[i] ?? 0))
    }
  }
  const sorted = [...filled].toSorted(([a], [b]) => a - b)
  const count = sum(sorted.map(([, each]) => each))
  if (count === 0) return { count: 0 }
  const middleMs = (bucket: number): number => (bucketLowUs(bucket) + bucketHighUs(bucket)) / 2_000
  const meanMs = sum(sorted.map(([bucket, each]) => each * middleMs(bucket))) / count
  const squares = sum(sorted.map(([bucket, each]) => each * (middleMs(bucket) - meanMs) ** 2))
  const histogram = { buckets: sorted.map(([bucket]) => bucket), counts: sorted.map(([, each]) => each) }
  const at = (percentile: number): number =>
    latencyAt({ histogram, unanswered: 0 }, rankOf(percentile, count)) ?? Number.NaN
  return {
    count,
    minMs: bucketLowUs(sorted[0]?.[0] ?? 0) / 1_000,
    meanMs,
    stddevMs: Math.sqrt(squares / count),
    p50Ms: at(50),
    p75Ms: at(75),
    p90Ms: at(90),
    p95Ms: at(95),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: at(100),
    histogram: encodeHdr(histogram),
  }
}
