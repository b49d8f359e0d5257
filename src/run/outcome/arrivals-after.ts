import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { Ms } from '../../model/units.ts'
import { inBlocks } from '../../traffic/arrivals/in-blocks.ts'
import { arrivalsOf } from '../../traffic/arrivals/index.ts'
import { Schedule, type Share } from '../../traffic/schedule.ts'
import { onePicker } from '../../traffic/workloads/picker.ts'

/**
 * Counts, by phase, the arrivals of a thread until `untilMs` that come after its first `reported` ones in the measured
 * part. The closed model has none: its requests start when others end. `isBulk`: each batch is one message.
 */
export function arrivalsAfter(
  plan: CompiledPlan,
  share: Share,
  reported: number,
  untilMs: Ms,
  isBulk: boolean,
): ReadonlyMap<number, number> {
  const { curve } = plan
  if (curve === undefined) return new Map()
  const batchSize = isBulk ? plan.batchSize : 1
  const arrivals = new Schedule({
    arrivalTimes: inBlocks(arrivalsOf(curve, plan), plan.blocks),
    warmUp: undefined,
    share,
    phases: curve.phases ?? [],
    picker: onePicker(undefined),
    operationOf: () => '',
    batchSize,
  })
  for (let i = 0; i <= reported / batchSize; i++) arrivals.next()
  return arrivals.rest(untilMs)
}
