import { availableParallelism, totalmem } from 'node:os'
import { bottleneckOf } from '../judge/analysis/bottleneck.ts'
import type { Bottleneck } from '../model/bottleneck.ts'
import type { LoadResult } from '../model/result.ts'
import type { LoadPlan } from '../plan/load-plan.ts'
import { runLoad } from '../run/index.ts'
import { wasDisturbed } from './disturbed.ts'

const machine = { cpus: availableParallelism(), memoryMb: totalmem() / 2 ** 20 }

interface Rates {
  readonly calmRps: number
  readonly overloadRps: number
  readonly maxConnections: number
}

/** Number of times that a test tries a run before it accepts one that other processes disturbed. */
export const ATTEMPTS = 3

/** Repeats a run that a busy machine disturbed. */
export async function runUndisturbed(plan: LoadPlan): Promise<LoadResult> {
  let result = await runLoad(plan)
  for (let attempt = 1; wasDisturbed(result) && attempt < ATTEMPTS; attempt++) result = await runLoad(plan)
  return result
}

/** Returns the bottleneck between a rate that the target holds and one that it may not hold. */
export async function bottleneckBetween(
  target: string,
  { calmRps, overloadRps, maxConnections }: Rates,
): Promise<Bottleneck> {
  const plan = { target, maxConnections, duration: 2_500, requestTimeout: 2_000, tracing: 'off' } as const
  const calm = await runUndisturbed({ ...plan, rate: calmRps })
  const overloaded = await runUndisturbed({ ...plan, rate: overloadRps })
  return bottleneckOf({ calm, overloaded, toolLimited: [], machine })
}
