import { decodeHdr, encodeHdr } from '../../model/hdr-codec.ts'
import { bucketLowUs, bucketOf } from '../../model/hdr.ts'
import { batchTexts } from '../../model/batch-times.ts'
import type { JudgedFigures, LatencyName } from '../../model/figures.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'
import { mostlyWaited } from './target-failures.ts'

/** CPU that other processes used during the run, in % of one core; undefined if it was too little for a doubt. */
export function foreignCpuPercent({ generator }: LoadResult): number | undefined {
  return generator.doubts.find((doubt) => doubt.code === 'foreign-load')?.cpuPercent
}

interface Competition {
  /** CPU of the generator, and of the target, in % of one core. */
  readonly generatorPercent: number
  readonly targetPercent: number
}

/** Returns the CPU of generator and target where they filled the cores together; undefined if they did not. */
export function competitionOf({ generator }: LoadResult): Competition | undefined {
  return generator.doubts.find((doubt) => doubt.code === 'shared-cores')
}

/** For each batch of the figures, the longest wait of the target for a core (`coreWaitMs`). */
export function coreWaits({ batches: { inFlight, startMs, lengthMs } }: JudgedFigures, run: LoadResult): readonly Ms[] {
  return inFlight.map((_, batch) => coreWaitMs(run, startMs + batch * lengthMs, startMs + (batch + 1) * lengthMs))
}

/**
 * Returns the longest time that a thread of the target waited for a core between two times of the run. 0 if neither
 * other processes nor a busy generator used the machine, because the target then competes with itself.
 */
export function coreWaitMs(run: LoadResult, startMs: Ms, endMs: Ms): Ms {
  return Math.max(0, ...samplesBetween(run, startMs, endMs).map((sample) => waitIn(run, sample)))
}

/**
 * Returns the wait of a sample. A target that competes with the generator waits less, because it has nothing to do while
 * the generator does not send. Without the generator, it could use the generator's part of the cores as well.
 */
function waitIn(run: LoadResult, sample: number): Ms {
  const { samples } = run.target
  const waitedMs = samples[sample]?.coreWaitMs ?? 0
  const competition = competitionOf(run)
  if (competition === undefined || foreignCpuPercent(run) !== undefined) return waitedMs
  const lengthMs = (samples[sample]?.atMs ?? 0) - (samples[sample - 1]?.atMs ?? 0)
  const { generatorPercent, targetPercent } = competition
  return 1_000 * waitedMs < SHORT_WAIT_MS * lengthMs
    ? 0
    : (lengthMs * generatorPercent) / (generatorPercent + targetPercent)
}

/** Positions of the samples that cover a time span. The last one also covers the rest of the run. */
function samplesBetween(run: LoadResult, startMs: Ms, endMs: Ms): readonly number[] {
  const { samples } = run.target
  const isDisturbed = foreignCpuPercent(run) !== undefined || competitionOf(run) !== undefined
  if (!isDisturbed || samples.length === 0) return []
  const endOf = ({ atMs }: TargetSample, sample: number): Ms =>
    sample === samples.length - 1 ? Number.POSITIVE_INFINITY : atMs
  return samples.flatMap((each, sample) =>
    endOf(each, sample) > startMs && (samples[sample - 1]?.atMs ?? 0) < endMs ? [sample] : [],
  )
}

/**
 * Returns the figures with target times from which the delays of each request are subtracted; undefined if the run did
 * not measure them. The service time is shorter than the target time by at most the longest wait for a connection.
 */
export function undelayed<Kind extends JudgedFigures>(figures: Kind): Kind | undefined {
  const { batches, queueTime } = figures
  const { undelayedTime } = batches
  if (undelayedTime === undefined) return undefined
  const queuedUs = 1_000 * (queueTime.maxMs ?? 0)
  return {
    ...figures,
    batches: {
      ...batches,
      targetTime: undelayedTime,
      serviceTime: undelayedTime.map((encoded) => shortened(encoded, (lowUs) => lowUs - queuedUs)),
    },
  }
}

/**
 * Returns the figures with as many times over a limit shortened below it as the waits for a core can explain.
 *
 * A wait delays the requests that are in flight when it begins, and those that arrive meanwhile. To explain a request
 * that exceeds the limit by e, waits of e in total must fall into it. With n requests in flight at the start and λ
 * arrivals per ms, waits of W in total therefore explain at most W · (n / e + λ) requests. The requests closest to the
 * limit are explained first.
 */
export function explainedBy<Kind extends JudgedFigures>(figures: Kind, run: LoadResult, limitMs: Ms): Kind {
  const { batches, offeredRps, targetTime } = figures
  const perMs = offeredRps / 1_000
  const inFlight = 1 + perMs * (targetTime.meanMs ?? 0)
  const costOf = (excessMs: Ms): Ms => excessMs / (inFlight + perMs * excessMs)
  const times = (name: LatencyName): readonly string[] => {
    const leftMs = run.target.samples.map((_, sample) => waitIn(run, sample))
    return batchTexts(figures, name).map((encoded, batch) => {
      const startMs = batches.startMs + batch * batches.lengthMs
      const covering = samplesBetween(run, startMs, startMs + batches.lengthMs)
      const pool = sum(covering.map((sample) => leftMs[sample] ?? 0))
      if (pool === 0) return encoded
      // A request may have waited in the second before the batch.
      const longestMs = sum([Math.max(0, (covering[0] ?? 0) - 1), ...covering].map((sample) => waitIn(run, sample)))
      let spentMs = 0
      const result = shortened(encoded, (lowUs, count) => {
        const excessMs = lowUs / 1_000 - limitMs
        if (excessMs < 0 || excessMs > longestMs) return lowUs
        const cost = costOf(excessMs)
        const explained = cost === 0 ? count : Math.min(count, Math.floor((pool - spentMs) / cost))
        spentMs += explained * cost
        return { explained, toUs: Math.max(0, 1_000 * limitMs - 1) }
      })
      for (const sample of covering) {
        const takenMs = Math.min(spentMs, leftMs[sample] ?? 0)
        leftMs[sample] = (leftMs[sample] ?? 0) - takenMs
        spentMs -= takenMs
      }
      return result
    })
  }
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
 * Returns for each batch the time in which the target may have completed nothing, because it waited for a core or the
 * generator was late.
 */
export function lostTimes(figures: JudgedFigures, run: LoadResult): readonly Ms[] {
  const { lengthMs, startMs } = figures.batches
  const { generatorLagMs = [], ...ofRun } = run.batches
  return coreWaits(figures, run).map((waitMs, batch) => {
    // The batches of a part of the run may be shorter than those of the run.
    const middleMs = startMs + (batch + 0.5) * lengthMs
    const lagMs = generatorLagMs[Math.floor((middleMs - ofRun.startMs) / ofRun.lengthMs)] ?? 0
    return Math.min(MAX_LOST * lengthMs, (waitMs * lengthMs) / 1_000 + lagMs * Math.min(1, lengthMs / ofRun.lengthMs))
  })
}

/**
 * Returns the figures as if the target had always had a core. In each batch it would have finished requests at
 * `1 / (1 - w)` times the rate, where w is the share of the time that it waited for a core, so fewer stay in flight.
 * Requests that timed out or were never sent count as successes, up to the number that the target could have finished
 * in the lost time.
 */
export function unstarvedBy<Kind extends JudgedFigures>(figures: Kind, waitsMs: readonly Ms[]): Kind {
  if (Math.max(0, ...waitsMs) < SHORT_WAIT_MS) return figures
  const { batches } = figures
  const lost = waitsMs.map((waitMs) => Math.min(MAX_LOST, waitMs / 1_000))
  const inFlight: number[] = []
  for (const [batch, arrivals] of batches.arrivals.entries()) {
    const done = arrivals + (batches.inFlight[batch - 1] ?? 0) - (batches.inFlight[batch] ?? 0)
    inFlight.push(Math.max(0, (inFlight[batch - 1] ?? 0) + arrivals - done / (1 - (lost[batch] ?? 0))))
  }
  const unstarved = { ...figures, batches: { ...batches, inFlight } }
  return mostlyWaited(figures) ? withSuccesses(unstarved, finishedInLostTime(figures, lost)) : unstarved
}

/**
 * Returns for each batch how many requests without a response the target could have finished if it had never waited.
 * It would have had the throughput of the rest of the batch, or at least that of the run.
 */
function finishedInLostTime({ batches }: JudgedFigures, lost: readonly number[]): readonly number[] {
  const { successes, unanswered } = batches
  const usual = sum(successes) / Math.max(1, successes.length)
  let possible = 0
  return unanswered.map((count, batch) => {
    const share = lost[batch] ?? 0
    possible += share * Math.max(usual, (successes[batch] ?? 0) / (1 - share))
    const finished = Math.min(count, Math.floor(possible))
    possible -= finished
    return finished
  })
}

/** Counts requests without a response as successes; `finished` is their number in each batch. */
function withSuccesses<Kind extends JudgedFigures>(figures: Kind, finished: readonly number[]): Kind {
  const { batches } = figures
  const sent = finished.map((count, i) =>
    Math.min(count, Math.max(0, (batches.unanswered[i] ?? 0) - (batches.dropped[i] ?? 0))),
  )
  const [all, allSent] = [sum(finished), sum(sent)]
  const errors = figures.errors - allSent
  const without = (column: readonly number[], less: readonly number[]): number[] =>
    column.map((count, i) => count - (less[i] ?? 0))
  const unsent = without(finished, sent)
  const dropped = figures.dropped - (all - allSent)
  return {
    ...figures,
    requestsSent: figures.requestsSent + all - allSent,
    responsesReceived: figures.responsesReceived + all,
    successes: figures.successes + all,
    errors,
    timeouts: Math.max(0, figures.timeouts - allSent),
    dropped,
    unanswered: figures.unanswered - all,
    droppedByReason: Object.fromEntries(
      Object.entries(figures.droppedByReason).map(([reason, count]) => [reason, Math.min(count, dropped)]),
    ),
    errorsByClass: Object.fromEntries(
      Object.entries(figures.errorsByClass).map(([name, { count, ...rest }]) => [
        name,
        { ...rest, count: Math.min(count, errors) },
      ]),
    ),
    batches: {
      ...batches,
      successes: batches.successes.map((count, i) => count + (finished[i] ?? 0)),
      errors: without(batches.errors, sent),
      dropped: without(batches.dropped, unsent),
      unanswered: without(batches.unanswered, finished),
    },
  }
}

/** A new value in µs for all values of a bucket, or for the first `explained` of them. */
type Shortening = number | { readonly explained: number; readonly toUs: number }

/** Returns a histogram with other values; `shorten` gets the lowest value of each bucket, in ascending order. */
function shortened(encoded: string, shorten: (lowUs: number, count: number) => Shortening): string {
  const filled = new Map<number, number>()
  const add = (us: number, count: number): void => {
    const bucket = bucketOf(Math.max(0, Math.floor(us)))
    if (count > 0) filled.set(bucket, (filled.get(bucket) ?? 0) + count)
  }
  const { buckets, counts } = decodeHdr(encoded)
  for (let i = 0; i < buckets.length; i++) {
    const [lowUs, count] = [bucketLowUs(buckets[i] ?? 0), counts[i] ?? 0]
    const to = shorten(lowUs, count)
    if (typeof to === 'number') add(to, count)
    else {
      add(to.toUs, to.explained)
      add(lowUs, count - to.explained)
    }
  }
  const sorted = [...filled].toSorted(([a], [b]) => a - b)
  return encodeHdr({ buckets: sorted.map(([bucket]) => bucket), counts: sorted.map(([, count]) => count) })
}
