import { decodeHdr, encodeHdr } from '../../model/hdr-codec.ts'
import { bucketLowUs, bucketOf } from '../../model/hdr.ts'
import { batchTexts } from '../../model/batch-times.ts'
import type { JudgedFigures, LatencyName } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { mostlyWaited } from './target-failures.ts'

/** For each batch of the figures, the longest wait of the target for a core (`coreWaitMs`). */
export function coreWaits({ batches: { inFlight, startMs, lengthMs } }: JudgedFigures, run: LoadResult): readonly Ms[] {
  return inFlight.map((_, batch) => coreWaitMs(run, startMs + batch * lengthMs, startMs + (batch + 1) * lengthMs))
}

/**
 * Returns the longest time that a thread of the target waited for a core between two times of the run. 0 if only the
 * target and the generator used the machine, because the target then competes with itself.
 */
export function coreWaitMs({ target, generator }: LoadResult, startMs: Ms, endMs: Ms): Ms {
  const isForeign = generator.doubts.some(({ code }) => code === 'foreign-load')
  const samples = isForeign ? target.samples : []
  const waits = samples
    .filter(({ atMs }, sample) => atMs > startMs && (samples[sample - 1]?.atMs ?? 0) < endMs)
    .map((sample) => sample.coreWaitMs ?? 0)
  return Math.max(0, ...waits)
}

/** Returns the figures with the times of each batch shortened by the maximum that waiting for a core can have added. */
export function shortenedBy<Kind extends JudgedFigures>(figures: Kind, waitsMs: readonly Ms[]): Kind {
  const { batches } = figures
  const times = (name: LatencyName): readonly string[] =>
    batchTexts(figures, name).map((encoded, batch) => shortened(encoded, 1_000 * (waitsMs[batch] ?? 0)))
  return {
    ...figures,
    batches: {
      ...batches,
      serviceTime: times('serviceTime'),
      targetTime: times('targetTime'),
      ...(batches.firstMessageTime !== undefined && { firstMessageTime: times('firstMessageTime') }),
      ...(batches.messageGap !== undefined && { messageGap: times('messageGap') }),
    },
  }
}

/** Minimum wait per second that matters: shorter waits cause no time-out and cost little capacity. */
const SHORT_WAIT_MS = 100
/** Maximum share of lost time. The capacity of a target that waited all the time is unknown; this keeps it finite. */
const MAX_LOST = 0.95

/**
 * Returns the figures as if the target had always had a core. In each batch it would have finished requests at
 * `1 / (1 - w)` times the rate, where w is the share of the time that it waited for a core, so fewer stay in flight. If
 * waiting explains most requests without a response, these count as successes.
 */
export function unstarvedBy<Kind extends JudgedFigures>(figures: Kind, waitsMs: readonly Ms[]): Kind {
  if (Math.max(0, ...waitsMs) < SHORT_WAIT_MS) return figures
  const { batches } = figures
  const inFlight: number[] = []
  for (const [batch, arrivals] of batches.arrivals.entries()) {
    const done = arrivals + (batches.inFlight[batch - 1] ?? 0) - (batches.inFlight[batch] ?? 0)
    const lost = Math.min(MAX_LOST, (waitsMs[batch] ?? 0) / 1_000)
    inFlight.push(Math.max(0, (inFlight[batch - 1] ?? 0) + arrivals - done / (1 - lost)))
  }
  if (!mostlyWaited(figures)) return { ...figures, batches: { ...batches, inFlight } }
  const { requestsScheduled, successes, dropped, unanswered, responsesReceived } = figures
  const errors = figures.errors - (unanswered - dropped)
  const none = batches.unanswered.map(() => 0)
  return {
    ...figures,
    requestsSent: requestsScheduled,
    responsesReceived: responsesReceived + unanswered,
    successes: successes + unanswered,
    errors,
    timeouts: 0,
    dropped: 0,
    unanswered: 0,
    droppedByReason: {},
    errorsByClass: Object.fromEntries(
      Object.entries(figures.errorsByClass).map(([name, { count, ...rest }]) => [
        name,
        { ...rest, count: Math.min(count, errors) },
      ]),
    ),
    batches: {
      ...batches,
      inFlight,
      successes: batches.successes.map((count, batch) => count + (batches.unanswered[batch] ?? 0)),
      errors: batches.errors.map(
        (count, batch) => count + (batches.dropped[batch] ?? 0) - (batches.unanswered[batch] ?? 0),
      ),
      dropped: none,
      unanswered: none,
    },
  }
}

function shortened(encoded: string, byUs: number): string {
  if (byUs === 0) return encoded
  const filled = new Map<number, number>()
  const { buckets, counts } = decodeHdr(encoded)
  for (let i = 0; i < buckets.length; i++) {
    const bucket = bucketOf(Math.max(0, Math.floor(bucketLowUs(buckets[i] ?? 0) - byUs)))
    filled.set(bucket, (filled.get(bucket) ?? 0) + (counts[i] ?? 0))
  }
  const sorted = [...filled].toSorted(([a], [b]) => a - b)
  return encodeHdr({ buckets: sorted.map(([bucket]) => bucket), counts: sorted.map(([, count]) => count) })
}
