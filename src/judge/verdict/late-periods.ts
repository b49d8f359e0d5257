import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { median } from './statistics/median.ts'

/** Part of the run, in ms since the start of the measured part. */
export interface LatePeriod {
  readonly startMs: Ms
  readonly endMs: Ms
}

/** Maximum lateness of the generator, in ms; 0 if the result does not contain it. */
export function maxLagMs({ batches }: LoadResult): Ms {
  return Math.max(0, ...(batches.generatorLagMs ?? []))
}

/**
 * Maximum length of an aftermath, in units of the lateness. At a load of ρ, a target processes the requests that became
 * due within a lateness of L in L · ρ / (1 − ρ): 20 L at a load of 95%.
 */
const AFTERMATH = 20

/**
 * Returns the parts of the run in which the generator was more than `lateMs` late, each with its aftermath. A generator
 * that wakes up late reads waiting responses late and sends every overdue request at once. The aftermath is the time
 * until the target has processed that burst: it ends with the first batch that leaves no more requests in flight than
 * the median batch that was not late, or than the batch before the late one, because a target that was slow before
 * stays slow.
 */
export function latePeriods({ batches }: LoadResult, lateMs: Ms): readonly LatePeriod[] {
  const { generatorLagMs = [], inFlight, startMs, lengthMs } = batches
  const isLate = generatorLagMs.map((lagMs) => lagMs > lateMs)
  const usual = median(inFlight.filter((_, batch) => isLate[batch] !== true))
  return isLate.flatMap((late, first) => {
    if (!late) return []
    // `usual` is NaN if every batch was late, and the comparison below is then false: there is no aftermath.
    const calm = Math.max(usual, inFlight[first - 1] ?? 0)
    const lastOfAll = Math.min(
      inFlight.length - 1,
      first + Math.ceil((AFTERMATH * (generatorLagMs[first] ?? 0)) / lengthMs),
    )
    let last = first
    while (last < lastOfAll && (inFlight[last] ?? 0) > calm) last++
    return [{ startMs: startMs + first * lengthMs, endMs: startMs + (last + 1) * lengthMs }]
  })
}

/** Returns for each batch of the figures whether it overlaps none of the periods. */
export function outsideOf({ batches }: JudgedFigures, periods: readonly LatePeriod[]): readonly boolean[] {
  const { startMs, lengthMs } = batches
  return batches.inFlight.map((_, batch) => isOutside(periods, startMs + batch * lengthMs, lengthMs))
}

/** Whether a piece of the run overlaps none of the periods. */
export function isOutside(periods: readonly LatePeriod[], startMs: Ms, lengthMs: Ms): boolean {
  return periods.every((period) => startMs >= period.endMs || startMs + lengthMs <= period.startMs)
}
