import { decodeHdr, encodeHdr } from '../../model/hdr-codec.ts'
import { bucketLowUs, bucketOf } from '../../model/hdr.ts'
import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'

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
  const shorten = (encoded: string, batch: number): string => shortened(encoded, 1_000 * (waitsMs[batch] ?? 0))
  return {
    ...figures,
    batches: {
      ...batches,
      serviceTime: batches.serviceTime.map(shorten),
      targetTime: batches.targetTime.map(shorten),
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
