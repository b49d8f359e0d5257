import { type Arrivals, arrivalsOf } from '../traffic/arrivals/index.ts'
import { constant, curveFrom, type PlanCurve } from '../traffic/patterns/index.ts'
import type { Ms } from '../model/units.ts'
import type { ResolvedPlan } from './resolved-plan.ts'

/**
 * A plan with the curve of its pattern. The curve of a long random walk takes 0.1 s or more to build, so it is built
 * once in each thread. Unlike the rest of the plan, it consists of functions and cannot be passed to another thread.
 */
export interface CompiledPlan extends ResolvedPlan {
  /** Undefined in the closed model. */
  readonly curve: PlanCurve | undefined
}

/** Returns the curve of the warm-up, whose rate is the mean rate of the measured part; undefined without a warm-up. */
export function warmUpCurve({ curve, warmUpMs, seed }: CompiledPlan): PlanCurve | undefined {
  if (curve === undefined || warmUpMs === 0) return undefined
  return curveFrom(constant({ rate: curve.meanRps }), { durationMs: warmUpMs, seed })
}

/** Returns how long before the measured part the warm-up begins: the two sides of a comparison have it in turns. */
export function warmUpLeadMs({ warmUpMs, blocks }: Pick<ResolvedPlan, 'warmUpMs' | 'blocks'>): Ms {
  return blocks === undefined ? warmUpMs : -blocks.warmUpAtMs
}

/** Returns the number of requests in the schedule; Infinity in the closed model. */
export function positionsOf(plan: CompiledPlan): number {
  // The warm-up uses the same requests from the first one on, and may be longer than the measured part.
  return Math.max(...countsOf(plan))
}

/** Returns how many requests the run sends, including warm-up; Infinity in the closed model. */
export function arrivalsIn(plan: CompiledPlan): number {
  const [measured, warmUp] = countsOf(plan)
  return measured + warmUp
}

function countsOf(plan: CompiledPlan): readonly [measured: number, warmUp: number] {
  if (plan.curve === undefined) return [Number.POSITIVE_INFINITY, 0]
  const even = warmUpCurve(plan)
  return [countOf(arrivalsOf(plan.curve, plan)), even === undefined ? 0 : countOf(arrivalsOf(even, plan, 'warm-up'))]
}

function countOf(arrivals: Arrivals): number {
  let count = 0
  while (arrivals.next() !== Number.POSITIVE_INFINITY) count++
  return count
}
