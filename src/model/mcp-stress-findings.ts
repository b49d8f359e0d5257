import type { ErrorClass } from './protocol.ts'
import type { Recovery } from './limits-findings.ts'
import type { Ratio, Rps } from './units.ts'
import type { VerdictValue } from './verdict.ts'

/** Excellent: all phases healthy; good: all but stress; fair: it recovered; poor: it did not. */
export type McpHealth = 'excellent' | 'good' | 'fair' | 'poor'

export interface StressPhase {
  readonly name: string
  readonly rate: Rps
  /** At least 99% succeeded, and p95 at most twice that of the baseline; null: nothing was measured. */
  readonly healthy: boolean | null
  /** Index into the `results` of the run; its phases go by these names. */
  readonly result: number
}

/** What stress does to it, beside its baseline. */
export interface StressDegradation {
  /** Share of the offered requests of the stress phase that were not answered well in time, less that of the baseline. */
  readonly throughputLoss: Ratio | null
  readonly successRateDrop: Ratio | null
  /** p99 under stress divided by p99 of the baseline. */
  readonly p99Growth: number | null
}

/** One class of errors, over the phases of a run. */
export interface ErrorPattern {
  readonly class: ErrorClass
  readonly count: number
  /** In which phases; empty where the run had none. */
  readonly phases: readonly string[]
  /** Whether the share of these errors rose or fell over the run, beyond one outage. Unknown in a run of less than 6 s. */
  readonly trend: 'growing' | 'steady' | 'fading' | 'unknown'
  /** What it usually means. */
  readonly meaning: string
}

/** What a probe asked of the server, and what it saw. */
export interface ProbeFinding {
  readonly name: string
  /** `not-applicable`: the transport, the era or the server's tools leave nothing to probe; the evidence says which. */
  readonly verdict: VerdictValue | 'not-applicable'
  readonly evidence: string
}

/** What the mcp-stress suite concluded. A null stands where something was not found. */
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
}
