import type { ErrorClass } from './error-class.ts'
import type { Recovery } from './limits-findings.ts'
import type { Count, Ratio, Rps } from './units.ts'
import type { VerdictValue } from './verdict.ts'

/**
 * Excellent: all phases are healthy; good: all but stress; fair: the server recovered (`recovery.recovered`); poor: it
 * did not, or was not healthy at the baseline rate.
 */
export type McpHealth = 'excellent' | 'good' | 'fair' | 'poor'

export interface StressPhase {
  readonly name: string
  readonly rate: Rps
  /**
   * At most 1% failed, and p95 is at most twice that of the baseline, or 5 ms above it; null when nothing was measured.
   */
  readonly healthy: boolean | null
  /** Index into the run's `results`; the phases of that result have these names. */
  readonly result: Count
}

/** Effect of the stress phase, compared with the baseline. */
export interface StressDegradation {
  /** Share of the stress phase's offered requests that did not succeed in time, minus that of the baseline. */
  readonly throughputLoss: Ratio | null
  readonly successRateDrop: Ratio | null
  /** p99 under stress divided by p99 of the baseline. */
  readonly p99Growth: number | null
}

/** One class of errors, across the phases of a run. */
export interface ErrorPattern {
  readonly class: ErrorClass
  readonly count: Count
  /** Phases in which it occurred; empty where the run had none. */
  readonly phases: readonly string[]
  /**
   * Whether the share of these errors rose or fell over the run, beyond one outage. Unknown in a run of less than 6 s.
   */
  readonly trend: 'growing' | 'steady' | 'fading' | 'unknown'
  /** What it usually means. */
  readonly meaning: string
}

/** What a probe checked, and what it observed. */
export interface ProbeFinding {
  readonly name: string
  /**
   * `not-applicable`: the transport, the protocol era or the server's tools leave nothing to probe; the evidence says
   * which.
   */
  readonly verdict: VerdictValue | 'not-applicable'
  readonly evidence: string
}

/** Conclusions of the mcp-stress suite. A value is null where the suite could not determine it. */
export interface McpStressFindings {
  readonly protocolVersion: string | null
  readonly transport: 'http' | 'websocket' | 'tcp' | 'stdio'
  readonly health: McpHealth
  readonly phases: readonly StressPhase[]
  readonly degradation: StressDegradation
  readonly handlesStress: boolean
  readonly recovery: Recovery
  readonly errorPatterns: readonly ErrorPattern[]
  readonly probes: readonly ProbeFinding[]
  /**
   * Calls of the probes by method and name, such as `tools/call echo`, without handshakes and without the runs that
   * probes start. Absent in older results.
   */
  readonly probeCalls?: Readonly<Record<string, Count>>
}
