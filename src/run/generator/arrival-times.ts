import type { ArrivalPattern } from '../../model/pattern.ts'
import type { ResolvedPlan } from '../../plan/resolved-plan.ts'
import { inBatches } from '../../traffic/arrivals/batches.ts'
import { type Arrivals, arrivalsOf } from '../../traffic/arrivals/index.ts'
import { randomFrom } from '../../traffic/arrivals/random.ts'
import { constant, meanRate, patternFrom } from '../../traffic/patterns/index.ts'

/** Returns the curve of a plan; undefined in the closed model. */
export function curveOf({ pattern, durationMs, seed }: ResolvedPlan): ArrivalPattern | undefined {
  return pattern === undefined ? undefined : patternFrom(pattern, { durationMs, seed })
}

/** Returns the intended starts of the measured part, the same in every thread. */
export function measuredArrivalTimes({ arrivals, seed, batchSize }: ResolvedPlan, curve: ArrivalPattern): Arrivals {
  return inBatches(batchSize, curve, (batches) => arrivalsOf(batches, arrivals, randomFrom(seed, 'arrivals')))
}

/**
 * Returns the intended starts of the warm-up, relative to its own beginning, at the curve's mean rate; undefined
 * without a warm-up.
 */
export function warmUpArrivalTimes(plan: ResolvedPlan, curve: ArrivalPattern): Arrivals | undefined {
  const { arrivals, seed, warmUpMs, batchSize } = plan
  if (warmUpMs === 0) return undefined
  const even = patternFrom(constant({ rate: meanRate(curve) }), { durationMs: warmUpMs, seed })
  return inBatches(batchSize, even, (batches) => arrivalsOf(batches, arrivals, randomFrom(seed, 'warm-up')))
}

/** Returns the number of requests in the schedule; Infinity in the closed model. */
export function positionsOf(plan: ResolvedPlan): number {
  const curve = curveOf(plan)
  if (curve === undefined) return Number.POSITIVE_INFINITY
  // The warm-up uses the same requests from the first one on, and may be longer than the measured part.
  return Math.max(countOf(measuredArrivalTimes(plan, curve)), countOf(warmUpArrivalTimes(plan, curve)))
}

/** Returns how many requests the run sends, including warm-up. */
export function arrivalsIn(plan: ResolvedPlan): number {
  const curve = curveOf(plan)
  if (curve === undefined) return Number.POSITIVE_INFINITY
  return countOf(measuredArrivalTimes(plan, curve)) + countOf(warmUpArrivalTimes(plan, curve))
}

function countOf(arrivalTimes: Arrivals | undefined): number {
  if (arrivalTimes === undefined) return 0
  let count = 0
  while (arrivalTimes.next() !== Number.POSITIVE_INFINITY) count++
  return count
}
