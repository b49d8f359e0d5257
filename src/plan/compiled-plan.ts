import type { ArrivalPattern } from '../model/pattern.ts'
import type { Ms, Rps } from '../model/units.ts'
import { inBatches } from '../traffic/arrivals/batches.ts'
import { type Arrivals, arrivalsOf } from '../traffic/arrivals/index.ts'
import { randomFrom } from '../traffic/arrivals/random.ts'
import { constant, curveFrom, meanRate, peakRate } from '../traffic/patterns/index.ts'
import type { ResolvedPlan } from './resolved-plan.ts'

/**
 * A plan with its schedule. The curve of a long random walk takes 0.1 s or more to build, so it is built once in each
 * thread. Unlike the rest of the plan, the schedule contains functions and cannot be passed to another thread.
 */
export interface CompiledPlan extends ResolvedPlan {
  /** Undefined in the closed model. */
  readonly schedule: PlanSchedule | undefined
}

/** When a plan sends its requests: the curve of its pattern, and the arrivals on this curve. */
export interface PlanSchedule {
  readonly curve: ArrivalPattern
  /** Mean rate of the measured part. */
  readonly meanRps: Rps
  /** Highest rate of the measured part. */
  readonly peakRps: Rps
  /** Returns the intended starts of the measured part from the first one on, the same in every thread. */
  arrivals(): Arrivals
  /** At the mean rate of the curve; undefined without a warm-up. */
  readonly warmUp: WarmUpSchedule | undefined
}

interface WarmUpSchedule {
  readonly durationMs: Ms
  /** Returns the intended starts from the first one on, relative to the start of the warm-up. */
  arrivals(): Arrivals
}

/** Compiles a plan that was resolved in another thread. */
export function compilePlan(plan: ResolvedPlan): CompiledPlan {
  const { pattern, durationMs, seed } = plan
  const curve = pattern && ('kind' in pattern ? curveFrom(pattern, { durationMs, seed }) : pattern)
  return { ...plan, schedule: curve && scheduleOf(plan, curve) }
}

/** Returns the schedule of a plan whose pattern has this curve. */
export function scheduleOf(
  { arrivals, seed, batchSize, warmUpMs }: Pick<ResolvedPlan, 'arrivals' | 'seed' | 'batchSize' | 'warmUpMs'>,
  curve: ArrivalPattern,
): PlanSchedule {
  const meanRps = meanRate(curve)
  const arrivalsOn = (pattern: ArrivalPattern, stream: string): Arrivals =>
    inBatches(batchSize, pattern, (batches) => arrivalsOf(batches, arrivals, randomFrom(seed, stream)))
  const even = warmUpMs > 0 ? curveFrom(constant({ rate: meanRps }), { durationMs: warmUpMs, seed }) : undefined
  return {
    curve,
    meanRps,
    peakRps: peakRate(curve),
    arrivals: () => arrivalsOn(curve, 'arrivals'),
    warmUp: even && { durationMs: warmUpMs, arrivals: () => arrivalsOn(even, 'warm-up') },
  }
}

/** Returns the number of requests in the schedule; Infinity in the closed model. */
export function positionsOf({ schedule }: CompiledPlan): number {
  if (schedule === undefined) return Number.POSITIVE_INFINITY
  // The warm-up uses the same requests from the first one on, and may be longer than the measured part.
  return Math.max(countOf(schedule.arrivals()), countOf(schedule.warmUp?.arrivals()))
}

/** Returns how many requests the run sends, including warm-up; Infinity in the closed model. */
export function arrivalsIn({ schedule }: CompiledPlan): number {
  if (schedule === undefined) return Number.POSITIVE_INFINITY
  return countOf(schedule.arrivals()) + countOf(schedule.warmUp?.arrivals())
}

function countOf(arrivals: Arrivals | undefined): number {
  if (arrivals === undefined) return 0
  let count = 0
  while (arrivals.next() !== Number.POSITIVE_INFINITY) count++
  return count
}
