import type { LoadPlan, ProtocolName, Sla } from '../../model/plan.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { SuiteTargets } from '../suite.ts'

/** How much of a scenario is wanted. */
export interface Scale {
  /** Base, peak or mean as its pattern says. */
  readonly rate: Rps
  readonly durationMs: Ms
  /** Of the scenario's own length: what lasts for a part of it (a burst, a period) lasts for the same part. */
  readonly share: number
}

/** A kind of day that a service has: a plan, and what is expected of it. */
export interface Scenario {
  readonly name: string
  /** What it is like, in one sentence. */
  readonly about: string
  /** Protocols that it speaks; without targets for all of them it is left out. */
  readonly needs: readonly ProtocolName[]
  /** As it is meant to be. */
  readonly rate: Rps
  readonly durationMs: Ms
  plan(scale: Scale, targets: SuiteTargets): LoadPlan
  /** Beyond that of the suite: what this one is judged by instead. */
  readonly sla?: Sla
}
