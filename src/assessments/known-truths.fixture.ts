import { availableParallelism, totalmem } from 'node:os'
import { bottleneckOf } from '../judge/analysis/bottleneck.ts'
import type { Bottleneck } from '../model/bottleneck.ts'
import { runLoad } from '../run/index.ts'

const machine = { cpus: availableParallelism(), memoryMb: totalmem() / 2 ** 20 }

interface Rates {
  readonly calmRps: number
  readonly overloadRps: number
  readonly maxConnections: number
}

interface ObservedBottleneck extends Bottleneck {
  /** Other processes used the machine during the run, according to its doubts. */
  readonly disturbed: boolean
}

/** Returns the bottleneck between a rate that the target holds and one that it may not hold. */
export async function bottleneckBetween(
  target: string,
  { calmRps, overloadRps, maxConnections }: Rates,
): Promise<ObservedBottleneck> {
  const plan = { target, maxConnections, duration: 2_500, requestTimeout: 2_000, tracing: 'off' } as const
  const calm = await runLoad({ ...plan, rate: calmRps })
  const overloaded = await runLoad({ ...plan, rate: overloadRps })
  const doubts = [...calm.generator.doubts, ...overloaded.generator.doubts]
  const disturbed = doubts.some(({ code }) => code === 'foreign-load')
  return { ...bottleneckOf({ calm, overloaded, toolLimited: [], machine }), disturbed }
}
