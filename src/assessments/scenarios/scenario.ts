import type { ProtocolName } from '../../protocols/index.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { Sla } from '../../model/sla.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { SuiteTargets } from '../suite-targets.ts'

/** Rate and length of a scenario. */
export interface Scale {
  /** Base, peak or mean, depending on its pattern. */
  readonly rate: Rps
  readonly durationMs: Ms
  /** Length relative to the scenario's default; its parts (a burst, a period) scale with it. */
  readonly share: number
}

/** A typical kind of traffic: a plan, and its expectations. */
export interface Scenario {
  readonly name: string
  /** Describes it in one sentence. */
  readonly about: string
  /** The protocols it uses; it is skipped unless all of them have targets. */
  readonly needs: readonly ProtocolName[]
  /** The default rate. */
  readonly rate: Rps
  readonly durationMs: Ms
  /** Highest rate of its pattern, relative to `rate`; default 1. A ceiling of the rate applies to it. */
  readonly peak?: number
  plan(scale: Scale, targets: SuiteTargets): WrittenPlan
  /** Replaces the service level of the suite. */
  readonly sla?: Sla
}
