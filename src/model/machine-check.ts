import type { ComparedMetric } from './comparison.ts'
import type { Environment } from './record.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'

/** How late timers fire while nothing else of describe-load runs, and what other processes do then. */
export interface QuietFigures {
  readonly lagP50Ms: Ms
  readonly lagP99Ms: Ms
  readonly lagMaxMs: Ms
  /** Share of the CPU time that the hypervisor gave to other machines; null where unknown. */
  readonly stealRatio: Ratio | null
  /** CPU of other processes, in cores; null where unknown. */
  readonly foreignCores: number | null
}

/** How many requests per second the generator sends on time, to a server on the same machine. */
export interface CeilingFigures {
  /** Highest rate that was sent on time; null if none was. */
  readonly heldRps: Rps | null
  /** Lowest rate that was not sent on time; null if there was none. */
  readonly lateRps: Rps | null
  /** p99 of the generator's lateness at `lateRps`; null without one, or if it sent too few requests. */
  readonly lateLagP99Ms: Ms | null
}

/** How much one metric differs between pairs of blocks of equal servers. */
export interface MetricNoise {
  readonly metric: ComparedMetric
  /** Standard deviation of the pairs' differences: 0.05 is 5%. On a busy machine, it can exceed 1. */
  readonly scatter: number
  /** Smallest tolerance that an equal version passes in 90% of the comparisons: 0.05 is 5%; it can exceed 1. */
  readonly tolerance: number
  /** Smallest excess that fails at this tolerance in 90% of the comparisons: 0.05 is 5%; it can exceed 1. */
  readonly provable: number
}

/** What a comparison side by side of two equal servers shows. */
export interface NoiseFigures {
  /** Length of a block, with the part that is not compared. */
  readonly blockMs: Ms
  readonly rate: Rps
  readonly pairs: Count
  /** Pairs that other processes disturbed. */
  readonly excluded: Count
  /** Empty if too few pairs count, or if more than a quarter were disturbed. */
  readonly metrics: readonly MetricNoise[]
  /** That of the median and the mean together, which comparisons use by default; null without metrics. */
  readonly tolerance: number | null
  readonly provable: number | null
  /** Share of the scheduling periods in which a CPU quota stopped this process; null without a quota. */
  readonly throttledRatio: Ratio | null
}

/**
 * What makes a machine unfit for load tests, or limits them: a code with its numbers. To add one, add a member here and
 * its sentences in `wording/machine-facts.ts`.
 */
export type MachineFacts =
  | { readonly code: 'few-descriptors'; readonly limit: Count; readonly connections: Count }
  | { readonly code: 'few-ports'; readonly ports: Count }
  | { readonly code: 'late-timers'; readonly lagP99Ms: Ms }
  | { readonly code: 'steal'; readonly stealRatio: Ratio }
  | { readonly code: 'foreign-load'; readonly foreignCores: number; readonly cores: Count }
  | { readonly code: 'small-quota'; readonly quotaCores: number }
  | { readonly code: 'throttled'; readonly quotaCores: number; readonly throttledRatio: Ratio }
  | { readonly code: 'slow-generator'; readonly heldRps: Rps }
  | { readonly code: 'pairs-disturbed'; readonly excluded: Count; readonly pairs: Count }
  | { readonly code: 'noisy-pairs'; readonly scatter: number; readonly tolerance: number }
  /** A step of the check could not run; `reason` is the message of its error. */
  | { readonly code: 'step-failed'; readonly step: string; readonly reason: string }
  | { readonly code: 'one-core' }
  /** This system does not report steal and other load. */
  | { readonly code: 'unknown-noise' }

/** A fact with what it means and what to do about it. */
export type MachineFinding = MachineFacts & {
  /** A problem makes the machine unfit; a note limits what it can show. */
  readonly kind: 'problem' | 'note'
  readonly message: string
  readonly remedy: string
}

/** What suits this machine. */
export interface RecommendedPlan {
  /** The rate at which the noise was measured. */
  readonly rate: Rps
  /** Length of a load test at this rate whose p99 is proven. */
  readonly durationMs: Ms
  /** Of comparisons; null if the noise is unknown, or if it needs a tolerance above 1, which no plan may have. */
  readonly tolerance: Ratio | null
  /** Half of the highest rate that was sent on time: beyond it, nothing is left for the service. */
  readonly maxRate: Rps
}

/** What `describe-load doctor` found out about a machine. Null: not measured, because the check was interrupted. */
export interface MachineCheck {
  /** Version of the format. */
  readonly schema: 1
  readonly type: 'describe-load:machine-check'
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: Ms
  /** Shorter and less exact, with `--quick`. */
  readonly isQuick: boolean
  /** False if the check was interrupted. */
  readonly isComplete: boolean
  /** True if the check is complete and found no problem. */
  readonly isFit: boolean
  readonly environment: Omit<Environment, 'commit'>
  /** CPU limit of the control group, in cores; null without one. */
  readonly cpuQuotaCores: number | null
  /** Null where the system does not report them. */
  readonly descriptors: { readonly limit: Count; readonly open: Count; readonly connections: Count } | null
  /** Null where the system does not report them. `localRps` and `remoteRps`: short-lived connections per second. */
  readonly ports: { readonly count: Count; readonly localRps: Rps; readonly remoteRps: Rps } | null
  readonly quiet: QuietFigures | null
  readonly ceiling: CeilingFigures | null
  readonly noise: NoiseFigures | null
  readonly findings: readonly MachineFinding[]
  /** Null if the machine is not fit. */
  readonly recommended: RecommendedPlan | null
}
