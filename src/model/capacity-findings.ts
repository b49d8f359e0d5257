import type { UnknownValue } from './unknown-value.ts'
import type { Ms, Ratio, Rps } from './units.ts'
import type { VerdictValue } from './verdict.ts'

/** What users are promised. */
export interface CapacitySla {
  readonly successRate: Ratio
  readonly p95Ms: Ms
}

/** One open-model run at a multiple of the expected load. */
export interface CapacityPhase {
  readonly name: 'baseline' | '1.2 × baseline' | '1.5 × baseline' | 'peak' | '0.8 × peak'
  readonly users: number
  readonly rate: Rps
  readonly verdict: VerdictValue
  readonly achievedRps: Rps
  readonly p95Ms: Ms | null
  readonly errorRate: Ratio
  /** Index into the `results` of the run. */
  readonly result: number
}

/** 95% confidence, of each parameter by itself. */
export type Interval = readonly [low: number, high: number]

/** An interval whose upper end may be unknown. */
export type OpenInterval = readonly [low: number, high: number | null]

/**
 * The Universal Scalability Law, X(N) = γN / (1 + α(N − 1) + βN(N − 1)): γ requests per second of one client alone, α the
 * share of the work that waits for its turn, β what keeping clients apart costs for each pair of them.
 */
export interface UslFit {
  readonly gamma: Rps
  readonly alpha: number
  readonly beta: number
  readonly intervals: {
    readonly gamma: OpenInterval
    readonly alpha: Interval
    readonly beta: Interval
    /** Null where there is no peak, or where the unconstrained fit has none. */
    readonly peakClients: OpenInterval | null
    readonly peakRps: OpenInterval | null
  }
  /**
   * Clients at which throughput is highest, √((1 − α)/β), and that throughput. Null where β's interval contains 0, or
   * where the law deviates too much from the measurement.
   */
  readonly peakClients: number | null
  readonly peakRps: Rps | null
  /** The largest difference between the law and what was measured, as a share of the latter. */
  readonly worstMiss: Ratio
  /** What was measured: clients always under way, and requests per second. */
  readonly points: readonly { readonly clients: number; readonly rps: Rps }[]
}

export interface Sizing {
  /** For the peak users, with the headroom that `why` states. */
  readonly instances: number | null
  readonly coresPerInstance: number | null
  readonly memoryMbPerInstance: number | null
  readonly maxConnections: number | null
  readonly loadBalancer: boolean | null
  /** `measured`: CPU and memory of the target were seen; `estimated`: only its rate was. */
  readonly basis: 'measured' | 'estimated'
  readonly why: readonly string[]
}

/** What the capacity suite concluded. A null stands where something was not found. */
export interface CapacityFindings {
  readonly sla: CapacitySla
  readonly expectedUsers: number
  readonly peakUsers: number
  readonly requestsPerUserMinute: number
  /** Users that were shown to be carried within the SLA. */
  readonly maxUsers: number | null
  /** Carried, and not carried any more; null above when nothing was refuted. */
  readonly usersInterval: readonly [low: number | null, high: number | null]
  readonly recommendedUsers: number | null
  /** Peak users for each user that is carried: above 1, the peak is more than one instance holds. */
  readonly scalingFactor: number | null
  readonly phases: readonly CapacityPhase[]
  /** Null: too few points, or no law to be seen in them; `uslWhy` says which. */
  readonly usl: UslFit | null
  readonly uslWhy: string | null
  readonly sizing: Sizing
  /** Why no number of users was shown or refuted. Absent where one was. */
  readonly unknown?: readonly UnknownValue[]
}
