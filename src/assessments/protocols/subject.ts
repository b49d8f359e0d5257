import type { LimitSlo } from '../../model/limits-findings.ts'
import type { ProtocolName } from '../../model/plan.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { Target } from '../../model/target.ts'
import type { Ms, Rps } from '../../model/units.ts'

/** A protocol to compare, and its requests. */
export interface Subject {
  readonly protocol: ProtocolName
  readonly target: Target
  readonly plan: LoadPlan
  readonly slo: LimitSlo
  readonly rate: Rps
  readonly duration: Ms
}

/** Runs one protocol after the other, because each would disturb the others. */
export async function eachOf<Value>(
  subjects: readonly Subject[],
  load: (subject: Subject, i: number) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = []
  for (const [i, subject] of subjects.entries()) values.push(await load(subject, i))
  return values
}
