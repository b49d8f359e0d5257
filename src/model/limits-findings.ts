import type { Bottleneck } from './bottleneck.ts'
import type { LimitNote } from './limit-note.ts'
import type { TrialReason } from './trial-reason.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'
import type { VerdictValue } from './verdict.ts'

/** The service level that the search uses: p99 of the response time, and the share of failed requests. */
export interface LimitSlo {
  readonly p99Ms: Ms
  readonly errorRate: Ratio
}

/**
 * How a target degrades beyond its limit: `graceful` keeps its throughput while latency rises, `cliff` keeps it while
 * latency jumps within one step of the search, `collapse` loses more than a tenth of it.
 */
export type DegradationKind = 'graceful' | 'cliff' | 'collapse' | 'none-seen'

export interface Recovery {
  /** Null when there was no overload, or when nothing was measured after it. */
  readonly recovered: boolean | null
  /**
   * Time from the end of the overload; 0 within the resolution. Null when the target did not recover within the
   * observed time, or when it recovered and the traffic was too little to tell when.
   */
  readonly recoverMs: Ms | null
  /**
   * Recovery times up to this one cannot be distinguished from 0. Absent when `recovered` is null, and in older
   * results.
   */
  readonly resolutionMs?: Ms
}

/** One open-model trial of the search, in the order of execution. */
export interface LimitTrial {
  /**
   * Purpose of the trial: a step upward, a rate to hold, a rate to refute, a rate between the two, the recommended
   * rate.
   */
  readonly purpose: 'step' | 'hold' | 'refute' | 'bisect' | 'recommend'
  readonly rate: Rps
  readonly arrivals: 'uniform' | 'poisson'
  readonly durationMs: Ms
  readonly verdict: VerdictValue
  readonly achievedRps: Rps
  readonly p50Ms: Ms | null
  readonly p99Ms: Ms | null
  readonly errorRate: Ratio
  /** Growth of the number in flight, as a share of the arrivals; null when the trial was too short. */
  readonly inFlightGrowth: number | null
  /** Why the trial did not pass. */
  readonly reasons: readonly TrialReason[]
}

/** Throughput with every connection of the pool in use. */
export interface Saturation {
  readonly concurrency: Count
  readonly completionsRps: Rps
  readonly p50Ms: Ms | null
  readonly p99Ms: Ms | null
}

/** Conclusions of the limits suite. A value is null where the suite could not determine it. */
export interface LimitsFindings {
  readonly slo: LimitSlo
  /** Highest rate shown to hold the service level, while a higher one was shown not to. */
  readonly maxSustainableRps: Rps | null
  /** Highest rate held, lowest rate not held; the upper end is null when no rate was refuted. */
  readonly interval: readonly [low: Rps | null, high: Rps | null]
  /** Whether a full-length trial held the lower end. */
  readonly confirmed: boolean
  /**
   * Highest rate confirmed with Poisson arrivals, which come in clusters like those of real users; with uniform ones if
   * the clusters would exceed the ceiling of the search.
   */
  readonly recommendedRps: Rps | null
  readonly stableRps: Rps | null
  readonly degradationPointRps: Rps | null
  readonly failurePointRps: Rps | null
  readonly kneeRps: Rps | null
  readonly degradation: DegradationKind
  readonly bottleneck: Bottleneck
  readonly recovery: Recovery
  readonly trials: readonly LimitTrial[]
  readonly saturation: Saturation | null
  /**
   * How the search ended: a limit, the search's ceiling, the generator's own limit, a target that never held, no time
   * left, or bursts of slow requests at every rate; `interrupted`: the suite was ended before the search was over.
   */
  readonly ended: 'found' | 'ceiling' | 'generator' | 'failing' | 'budget' | 'bursts' | 'interrupted'
  /** Observations of the search besides the limit, and why it found none. */
  readonly notes: readonly LimitNote[]
}
