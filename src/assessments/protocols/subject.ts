import type { LimitSlo } from '../../model/limits-findings.ts'
import type { ProtocolName } from '../../protocols/index.ts'
import type { MixEntry, WrittenPlan } from '../../plan/load-plan.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Target } from '../../model/target.ts'
import type { Ms, Rps } from '../../model/units.ts'

/** A protocol to compare, and its requests. */
export interface Subject {
  readonly protocol: ProtocolName
  readonly target: Target
  readonly plan: WrittenPlan
  readonly slo: LimitSlo
  readonly rate: Rps
  readonly duration: Ms
  /** Length of a trial that shows a sustained rate. */
  readonly holdMs: Ms
  /** The rate that no run exceeds, if there is one. */
  readonly maxRps?: Rps
}

/** A protocol, and its run at the common rate. */
export interface CommonRun {
  readonly subject: Subject
  readonly common: LoadResult
}

/** Runs one protocol after the other, because each would disturb the others. */
export async function eachOf<Item, Value>(
  items: readonly Item[],
  run: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = []
  for (const item of items) values.push(await run(item))
  return values
}

/** Returns the keys that do not depend on the protocol. */
export function sharedKeys({ plan }: Subject): WrittenPlan {
  const { target: _, protocol: __, request: ___, workload: ____, ...shared } = plan
  return shared
}

/** Returns the requests of the plan as an entry of a mix, named after the protocol. */
export function ownWork({ protocol, target, plan }: Subject, url: Target = target): MixEntry {
  const { request } = plan
  // The type of an entry binds its requests to its protocol, which is a variable here.
  return { name: protocol, protocol, target: url, ...(request !== undefined && { request }) } as MixEntry
}
