import type { LimitNote } from './limit-note.ts'
import type { Ms, Ratio, Rps } from './units.ts'
import type { VerdictValue } from './verdict.ts'

/** The service level a limit is searched under: p99 of the response time, and the share of failed requests. */
export interface LimitSlo {
  readonly p99Ms: Ms
  readonly errorRate: Ratio
}

/**
 * What a target does past its limit: `graceful` keeps its throughput while latency climbs, `cliff` keeps it while
 * latency jumps within one step of the search, `collapse` loses more than a tenth of it.
 */
export type DegradationKind = 'graceful' | 'cliff' | 'collapse' | 'none-seen'

/** What ran out first. `generator` is this tool itself, and then no limit of the target was found. */
export type BottleneckResource =
  | 'target-cpu'
  | 'target-memory'
  | 'connections'
  | 'network'
  | 'downstream-wait'
  | 'generator'

export interface Bottleneck {
  /** Null: nothing ran out, or nothing showed which. */
  readonly resource: BottleneckResource | null
  readonly evidence: readonly string[]
}

export interface Recovery {
  /** Null: no overload was made, or nothing was measured after it. */
  readonly recovered: boolean | null
  /** From the end of the overload; 0 within the resolution. Null when it did not recover while it was watched. */
  readonly recoverMs: Ms | null
  /** Recovery times up to this one cannot be distinguished from 0. Absent when `recovered` is null, and in older results. */
  readonly resolutionMs?: Ms
}

/** One open-model trial of the search, in the order they were made. */
export interface LimitTrial {
  /** Why it was made: a step upward, a rate to hold, one to refute, one between, the recommended one. */
  readonly purpose: 'step' | 'hold' | 'refute' | 'bisect' | 'recommend'
  readonly rate: Rps
  readonly arrivals: 'uniform' | 'poisson'
  readonly durationMs: Ms
  readonly verdict: VerdictValue
  readonly achievedRps: Rps
  readonly p50Ms: Ms | null
  readonly p99Ms: Ms | null
  readonly errorRate: Ratio
  /** Growth of the number in flight, as a share of the arrivals; null when the trial was too short to tell. */
  readonly inFlightGrowth: number | null
  /** What spoke against a pass. */
  readonly reasons: readonly string[]
}

/** Throughput with every connection of the pool kept busy. */
export interface Saturation {
  readonly concurrency: number
  readonly completionsRps: Rps
  readonly p50Ms: Ms | null
  readonly p99Ms: Ms | null
}

/** What the limits suite concluded. A null stands where something was not found. */
export interface LimitsFindings {
  readonly slo: LimitSlo
  /** The highest rate shown to hold the service level, with a higher one shown not to. */
  readonly maxSustainableRps: Rps | null
  /** Highest rate held, lowest rate not held; null above when no rate was refuted. */
  readonly interval: readonly [low: Rps | null, high: Rps | null]
  /** The lower end was held in a trial of full length. */
  readonly confirmed: boolean
  /** Confirmed with Poisson arrivals, which come in clusters as real users do. */
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
   * How the search ended: a limit, the search's ceiling, the tool's own limit, a target that never held, no time left, or
   * bursts of slow requests at every rate.
   */
  readonly ended: 'found' | 'ceiling' | 'generator' | 'failing' | 'budget' | 'bursts'
  /** What the search noticed beside the limit, and why it gives none. */
  readonly notes: readonly LimitNote[]
}
