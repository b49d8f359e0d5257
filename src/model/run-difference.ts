import type { PlanSummary } from './plan-summary.ts'
import type { Rps } from './units.ts'

/** The parts of a plan that must be equal for two runs to be comparable. */
export interface ComparedPlan extends Pick<
  PlanSummary,
  'rate' | 'concurrency' | 'durationMs' | 'warmUpMs' | 'connection' | 'maxConnections' | 'requestTimeoutMs' | 'request'
> {
  /** Name of the protocol, or `mix`. */
  readonly protocol: string
  /** The negotiated version, such as "HTTP/1.1". */
  readonly protocolVersion: string | null
  /** Name of the pattern; in the closed model, the concurrency. */
  readonly pattern: string
  /** How arrivals were spaced. */
  readonly arrivals: string
  /** Arrivals per second. Not compared in the closed model, where responses determine it. */
  readonly offeredRps: Rps
}

/** What makes two runs incomparable. */
export type ComparedKey = keyof ComparedPlan | 'node' | 'os' | 'cpu' | 'cpus' | 'memoryMb' | 'describeLoad'

/** A property in which a run differs from every stored one. */
export interface RunDifference {
  readonly key: ComparedKey
  readonly stored: string
  readonly current: string
}
