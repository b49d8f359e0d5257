import type { Sizing } from './sizing.ts'
import type { UnknownValue } from './unknown-value.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'
import type { Leaning, VerdictValue } from './verdict.ts'

/** The service level that users are promised. */
export interface CapacitySla {
  readonly successRate: Ratio
  readonly p95Ms: Ms
  /** Only if the service level limits it as well. */
  readonly p99Ms?: Ms
}

/** One open-model run at a multiple of the expected load. */
export interface CapacityPhase {
  readonly name: 'baseline' | '1.2 × baseline' | '1.5 × baseline' | 'peak' | '0.8 × peak'
  /** Users whose load this is; may be fractional, as a multiple of the expected users. */
  readonly users: number
  readonly rate: Rps
  readonly verdict: VerdictValue
  /** Side that an inconclusive verdict leans to. */
  readonly leaning?: Leaning
  /**
   * Only if the run of this phase proved nothing: users of another run that decides this verdict, because a target that
   * serves more users serves fewer as well.
   */
  readonly decidedByUsers?: Count
  readonly achievedRps: Rps
  readonly p95Ms: Ms | null
  readonly errorRate: Ratio
  /** Index into the run's `results`. */
  readonly result: Count
}

/** Ceiling of the rate, below the rate of the peak: phases above it did not run. */
export interface CapacityCeiling {
  readonly rps: Rps
  /** Users whose load this is. */
  readonly users: Count
}

/** 95% confidence interval of one parameter. */
export type ConfidenceInterval = readonly [low: number, high: number]

/** An interval whose upper end may be unknown (null). */
export type OpenInterval = readonly [low: number, high: number | null]

/**
 * The Universal Scalability Law, X(N) = γN / (1 + α(N − 1) + βN(N − 1)). γ: requests per second with a single client;
 * α: contention, the share of the work that is serialized; β: coherency, the cost of keeping each pair of clients
 * consistent.
 */
export interface UslFit {
  readonly gamma: Rps
  readonly alpha: number
  readonly beta: number
  readonly intervals: {
    readonly gamma: OpenInterval
    readonly alpha: ConfidenceInterval
    readonly beta: ConfidenceInterval
    /** Null where there is no peak, or where the unconstrained fit has none. */
    readonly peakClients: OpenInterval | null
    readonly peakRps: OpenInterval | null
  }
  /**
   * Number of clients at which throughput is highest, √((1 − α)/β), and that throughput. Null where β's interval
   * contains 0, or where the law deviates too much from the measurement.
   */
  readonly peakClients: number | null
  readonly peakRps: Rps | null
  /** Largest difference between the law and a measured throughput, divided by the measured one; may be above 1. */
  readonly worstMiss: number
  /** The measured points: clients that always have a request in flight, and requests per second. */
  readonly points: readonly { readonly clients: Count; readonly rps: Rps }[]
}

/** Why the law was not fitted. The sentences are in `wording/usl.ts`. */
export type NoUslFitFacts =
  /** Throughputs were measured at too few different numbers of clients. */
  | { readonly code: 'few-points'; readonly requiredPoints: Count; readonly points: Count }
  | { readonly code: 'law-not-followed' }

export type NoUslFit = NoUslFitFacts & { readonly message: string }

/** Conclusions of the capacity suite. A value is null where the suite could not determine it. */
export interface CapacityFindings {
  readonly sla: CapacitySla
  readonly expectedUsers: number
  readonly peakUsers: number
  readonly requestsPerUserMinute: number
  /** Users that the target was shown to serve within the SLA. */
  readonly maxUsers: Count | null
  /**
   * Highest number of users shown to meet the SLA, and lowest number shown to miss it; the upper end is null when none
   * was refuted.
   */
  readonly usersInterval: readonly [low: Count | null, high: Count | null]
  /**
   * Numbers of users that missed the SLA in one run, although as many or more met it in another. None of them is an end
   * of `usersInterval`. Absent when there are none.
   */
  readonly disagreeingUsers?: readonly Count[]
  /** Ends of `usersInterval` that their runs do not prove. Absent when there are none. */
  readonly unprovenUsers?: readonly Count[]
  readonly recommendedUsers: Count | null
  /** Peak users divided by the users that one instance serves: above 1, the peak needs more than one instance. */
  readonly scalingFactor: number | null
  readonly phases: readonly CapacityPhase[]
  /** Absent if the ceiling allows every phase. */
  readonly ceiling?: CapacityCeiling
  /** Null when there are too few points or when they do not follow the law; `uslWhy` says which. */
  readonly usl: UslFit | null
  readonly uslWhy: NoUslFit | null
  readonly sizing: Sizing
  /** Why no number of users was shown or refuted. Absent where one was. */
  readonly unknown?: readonly UnknownValue[]
}
