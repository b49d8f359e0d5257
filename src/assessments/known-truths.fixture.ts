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

/** Number of times that a test measures before it accepts what other processes disturbed. */
const ATTEMPTS = 3

/** Measures again, and prints why, while `disturbance` returns how other processes disturbed the measurement. */
export async function undisturbed<Measured>(
  measure: () => Promise<Measured>,
  disturbance: (measured: Measured) => string | undefined,
): Promise<Measured> {
  for (let attempt = 1; ; attempt++) {
    const measured = await measure()
    const reason = disturbance(measured)
    if (reason === undefined) return measured
    process.stderr.write(`attempt ${attempt} of ${ATTEMPTS} was disturbed: ${reason}\n`)
    if (attempt === ATTEMPTS) return measured
  }
}

/** Repeats a run that a busy machine disturbed. */
export function runUndisturbed(plan: LoadPlan): Promise<LoadResult> {
  return undisturbed(
    () => runLoad(plan),
    (result) => (wasDisturbed(result) ? result.generator.doubts.map(({ code }) => code).join(', ') : undefined),
  )
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
