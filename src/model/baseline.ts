import type { Distribution } from './figures.ts'
import type { Environment } from './record.ts'
import type { ComparedPlan } from './run-difference.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'

/** Figures of a stored run, or of one of its operations or phases. */
export interface StoredFigures {
  /** Requests with an outcome. */
  readonly requestsScheduled: Count
  /** Requests that succeeded. */
  readonly successes: Count
  /** Requests without a response. They count as over every latency limit. */
  readonly unanswered: Count
  /** Share of the requests that failed or were dropped. */
  readonly errorRate: Ratio
  /** Successes per second. */
  readonly throughputRps: Rps
  /** Time from the intended start of a request to the end of its response, of successes, in ms. */
  readonly responseTime: Distribution
  /** Time from the first byte written to the end of the response, of successes, in ms. */
  readonly serviceTime: Distribution
}

/** A run that new runs are compared with. */
export interface StoredRun extends StoredFigures {
  /** Start of the measured part, ISO 8601. */
  readonly startedAt: string
  /** Where it was measured, and the commit. */
  readonly environment: Environment
  readonly plan: ComparedPlan
  /** CPU time of the target per request, in ms; null if it was not monitored. */
  readonly cpuMsPerRequest: Ms | null
  /** Figures of each operation, by its name. */
  readonly operations: Readonly<Record<string, StoredFigures>>
  /** Figures of each phase of the pattern, by its name. */
  readonly phases: Readonly<Record<string, StoredFigures>>
  /** The journeys, each counted as one request; null if the plan has no journey. */
  readonly journeys: StoredFigures | null
}

/** A file of stored runs, which `toNotRegressFrom` compares new runs with. */
export interface Baseline {
  /** Version of the format. */
  readonly schema: 1
  /** Identifies the file. */
  readonly type: 'describe-load:baseline'
  /** What the file is for. */
  readonly about: string
  /** Stored runs, by the name of the result, oldest first. */
  readonly tests: Readonly<Record<string, readonly StoredRun[]>>
}

/** One line of a history file: the figures of one run. */
export interface HistoryEntry {
  /** Version of the format. */
  readonly schema: 1
  /** Name of the result. */
  readonly test: string
  /** Start of the measured part, ISO 8601. */
  readonly startedAt: string
  /** Where it was measured, and the commit. */
  readonly environment: Environment
  readonly plan: ComparedPlan
  readonly p50Ms: Ms | null
  readonly p95Ms: Ms | null
  readonly p99Ms: Ms | null
  readonly meanMs: Ms | null
  /** Successes per second. */
  readonly throughputRps: Rps
  /** Share of the requests that failed or were dropped. */
  readonly errorRate: Ratio
  /** CPU time of the target per request, in ms; null if it was not monitored. */
  readonly cpuMsPerRequest: Ms | null
}
