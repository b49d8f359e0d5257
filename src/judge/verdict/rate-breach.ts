import type { JudgedFigures } from '../../model/figures.ts'
import { sum } from '../../model/sum.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import type { VerdictReason } from '../../model/verdict.ts'
import { MIN_BREACH_REQUESTS } from './proof.ts'
import type { Standing } from './validity.ts'
import { reasonSentence } from '../../wording/verdict-reasons.ts'
import { normalQuantile } from './statistics/student.ts'

/** Requests of a run that should have succeeded, and those that did not. */
export interface Missed {
  readonly over: number
  readonly of: number
}

/** Part of the scheduled span over which completions are counted. */
const WINDOW = 1 / 5
/** Maximum share of the run that may be lost. */
const MAX_LOST = 1 / 2
/** Minimum number of completions that show a constant throughput, in at least `MIN_GROUPS` groups of `PER_GROUP`. */
const MIN_COMPLETED = 50
const MIN_GROUPS = 10
const PER_GROUP = 5
/** Significance level at which the completions differ from those of a constant throughput. */
const DOUBT = 0.01

/**
 * Returns the reason of a missed rate that needs no run of 10 s: the target completed less than half of the arrivals in
 * every window of a fifth of the scheduled span, also after its end. A single stall leaves windows in which the target
 * completes all arrivals, and so does a target that is slow but fast enough, once its first responses are due.
 *
 * One case remains that looks the same: a target with enough capacity, whose response times differ by more than the
 * run is long. It is excluded if most requests failed, because they would fail in a longer run as well, or if the
 * target completed requests at a constant rate until the last one, as only a queue does.
 *
 * `lostMs` is the time of each batch in which the target may have been unable to complete requests for reasons that are
 * not its own; in the rest of the batch it must have missed the rate, and the rest must be most of the run. Default:
 * none.
 */
export function rateBreach(
  figures: JudgedFigures,
  { over, of }: Missed,
  within: Ratio,
  lostMs: readonly Ms[] = [],
): VerdictReason | undefined {
  const maxShare = (1 - within) / 2
  const missed = missedBy(figures, of, maxShare, lostMs)
  return over < (1 - maxShare) * of && !isConstant(figures.batches.successes) ? undefined : missed
}

/** Maximum share of the arrivals that an overloaded target completes. Chance alone can explain a higher one. */
const OVERLOADED: Ratio = 0.8

/**
 * Returns the reason of an overload: the target completed requests at a constant rate until the last one, as only a
 * queue does, and less than 80% of the arrivals in every window of a fifth of the scheduled span. Its response times
 * then grow as long as the load lasts. `lostMs` as for `rateBreach`.
 */
export function overload(figures: JudgedFigures, lostMs: readonly Ms[]): VerdictReason | undefined {
  const { requestsScheduled, batches } = figures
  if (missedBy(figures, requestsScheduled, OVERLOADED, lostMs) === undefined) return undefined
  // With the rate that was measured, which is lower.
  return isConstant(batches.successes) ? missedBy(figures, requestsScheduled, OVERLOADED, []) : undefined
}

/** Returns the reason if the target completed at most `maxShare` of the `of` arrivals in every window. */
function missedBy(
  { batches, durationMs }: JudgedFigures,
  of: number,
  maxShare: Ratio,
  lostMs: readonly Ms[],
): VerdictReason | undefined {
  if (of < MIN_BREACH_REQUESTS || durationMs <= 0) return undefined
  if (sum(lostMs) > MAX_LOST * lostMs.length * batches.lengthMs) return undefined
  const offeredRps = (1_000 * of) / durationMs
  const windowBatches = Math.max(1, Math.round((WINDOW * durationMs) / batches.lengthMs))
  const maxRps = highestRps(batches.successes, windowBatches, batches.lengthMs, lostMs)
  if (maxRps > maxShare * offeredRps) return undefined
  return { code: 'rate-missed', maxRps, offeredRps, windowMs: windowBatches * batches.lengthMs }
}

/** Highest throughput in any `size` consecutive batches, in the time that was not lost. */
function highestRps(successes: readonly number[], size: number, lengthMs: Ms, lostMs: readonly Ms[]): Rps {
  const starts = Math.max(1, successes.length - size + 1)
  const rates = Array.from({ length: starts }, (_, from) => {
    const usableMs = size * lengthMs - sum(lostMs.slice(from, from + size))
    return (1_000 * sum(successes.slice(from, from + size))) / usableMs
  })
  return Math.max(0, ...rates)
}

/**
 * Whether the completions from the first one to the last one vary no more than those of a queue with exponential
 * service times, by the index of dispersion of their numbers in groups of batches.
 */
function isConstant(successes: readonly number[]): boolean {
  const first = successes.findIndex((count) => count > 0)
  const last = successes.findLastIndex((count) => count > 0)
  // The first and the last batch contain completions for a part of their time only.
  const flow = successes.slice(first + 1, last)
  const completed = sum(flow)
  if (completed < MIN_COMPLETED) return false
  const size = Math.ceil((PER_GROUP * flow.length) / completed)
  const groups = Array.from({ length: Math.floor(flow.length / size) }, (_, i) =>
    sum(flow.slice(i * size, (i + 1) * size)),
  )
  if (groups.length < MIN_GROUPS) return false
  const mean = sum(groups) / groups.length
  const dispersion = sum(groups.map((count) => (count - mean) ** 2)) / mean
  const free = groups.length - 1
  // Normal approximation of the χ² distribution, whose quantile it underestimates.
  return dispersion <= free + normalQuantile(1 - DOUBT) * Math.sqrt(2 * free)
}

/** Returns the sentence of a missed rate, if that explains the verdict. */
export function missedRateLines({ reasons = [] }: Pick<Standing, 'reasons'>): readonly string[] {
  return reasons.filter(({ code }) => code === 'rate-missed').map((reason) => reasonSentence(reason))
}
