import type { ComparedMetric, ComparedPair, ComparedPart, ComparisonMode } from './comparison.ts'
import type { Doubt } from './doubt.ts'
import type { ArrivalProcessName } from './pattern.ts'
import type { Interval, JudgedFigures, PhaseFigures } from './figures.ts'
import type { MetricFigures } from './metric.ts'
import type { PlanSummary } from './plan-summary.ts'
import type { SlowRequest, TracingReport } from './trace.ts'
import type { Count, Ms, Ratio } from './units.ts'
import type { SidedVerdict } from './verdict.ts'

/** How the generator ran. */
export interface GeneratorFigures {
  /** Generator threads, 1 or more. */
  readonly threads: Count
  /** `worker`: in generator threads; `inline`: in the test's thread. */
  readonly mode: 'worker' | 'inline'
  /** How the dispatcher was woken. */
  readonly wake: 'exact' | 'tick' | 'closed'
  /** CPU of the generator threads, in % of one core. */
  readonly cpuPercent: number
  /** Maximum event-loop utilisation of a generator thread, 0–1. */
  readonly eventLoopUtilization: Ratio
  /** Maximum share of the time that a generator thread was ready to run and waited for a core; null where unknown. */
  readonly runDelayRatio?: Ratio | null
  /** Reasons to distrust the figures, each as a code with its numbers and a message that says what to do. */
  readonly doubts: readonly Doubt[]
}

/**
 * Resource usage of the target in one second: of its processes on this machine, or from its metrics page. Null where
 * this machine or the page does not provide a figure.
 */
export interface TargetSample {
  /** Time of the sample, since the start of the measured part. */
  readonly atMs: Ms
  /** In % of one core, since the previous sample, or since the previous reading of the metrics page. */
  readonly cpuPercent: number | null
  /** CPU of the busiest process, in % of one core; the only figure that shows whether a single thread was saturated. */
  readonly busiestProcessCpuPercent: number | null
  /** Resident memory of the target's processes, in MB. */
  readonly rssMb: number | null
  /** Time since the previous sample that the target's longest-waiting thread waited for a core; Linux only. */
  readonly coreWaitMs?: Ms | null
  /** CPU limit of the first process's control group, in cores; absent if there is none. */
  readonly cpuLimitCores?: number
  /** Share of the scheduling periods since the previous sample in which that limit throttled the target. */
  readonly throttledRatio?: Ratio | null
  /** Open sockets of the target's processes. */
  readonly openSockets: number | null
  /** Open file descriptors of any kind, including sockets. */
  readonly openFileDescriptors?: number | null
  /** Threads of the target's processes. */
  readonly threads?: number | null
  /**
   * Network bytes received since the previous sample. Of a target on this machine: what the TCP connections that it
   * accepted carried, by the kernel's counters of their sockets, without the headers of TCP and IP; of one with a
   * separate network namespace, all bytes of its network devices. Null if unknown, see `unwatchedNetwork`.
   */
  readonly bytesIn: number | null
  /** Network bytes sent since the previous sample; counted like `bytesIn`. */
  readonly bytesOut: number | null
  /**
   * Event-loop delay that the target reports: its p99, else its mean, else its current value; the worst of several
   * event loops. Null where the target reports none.
   */
  readonly eventLoopDelayMs?: number | null
}

/** The target, and what it used during the run. */
export interface TargetFigures {
  /** URL of the target; of a mix, its URLs, separated by commas. */
  readonly url: string
  /** Monitored processes; empty if the target is on another machine or was not found. */
  readonly pids: readonly Count[]
  /**
   * Resource usage, one sample per second, and one of the rest of the run, which is part of the last sample if it is
   * short; at most 600, so that longer runs have longer ones. Empty if unmonitored.
   */
  readonly samples: readonly TargetSample[]
  /** Why nothing was monitored. */
  readonly unwatched?: string
  /** Why the network bytes of a monitored target are unknown: `bytesIn` and `bytesOut` of its samples are null. */
  readonly unwatchedNetwork?: string
}

/** `aborted`: by `abortOn`; `interrupted`: stopped by a caller or a signal; `running`: a partial result. */
export type Ended = 'completed' | 'aborted' | 'interrupted' | 'running'

/** A comparison side by side. `metric` to `verdict` are those of the plan's tolerance; matchers decide about others. */
export interface Comparison extends ComparedPart {
  /** Every pair, in chronological order. */
  readonly pairs: readonly ComparedPair[]
  /** Number of pairs that do not count. */
  readonly excluded: Count
  /** Numbers of counted pairs at which the run checked whether the comparison was decided. */
  readonly looks: readonly Count[]
  readonly blockMs: Ms
  readonly discardMs: Ms
  readonly mode: ComparisonMode
  /** Allowed slowdown. */
  readonly tolerance: Ratio
  /** The metric that decides: the worse one of the median and the mean; null if neither was measured. */
  readonly metric: ComparedMetric | null
  /** Candidate divided by baseline (Hodges–Lehmann estimate); null if no pair counts. */
  readonly ratio: number | null
  /** The 90% interval of `ratio`; null if there are too few pairs. */
  readonly interval: readonly [low: number, high: number] | null
  readonly verdict: SidedVerdict['verdict']
  readonly leaning?: SidedVerdict['leaning']
  /** By name. */
  readonly operations: Readonly<Record<string, ComparedPart>>
  /** Commit of the baseline, if it is a git ref. */
  readonly commit?: string
  /** True if both sides were the same version: with `LOAD_AA=1`, or without a change since the ref. */
  readonly isSelf?: boolean
  readonly baseline: Omit<LoadResult, 'comparison'>
}

/** Everything that was measured in one run, as plain, frozen JSON. New versions only add fields. */
export interface LoadResult extends JudgedFigures {
  /** Version of the format. */
  readonly schema: 1
  /** Brand that identifies a result to matchers; survives JSON. */
  readonly type: 'describe-load:result'
  /** Unique id of the run. */
  readonly generatorId: string
  /** Name of the test, if a test started the run. */
  readonly name: string
  /** The parts of the plan that verdicts need. */
  readonly plan: PlanSummary
  /** Name of the protocol, or `mix`. */
  readonly protocol: string
  /** The negotiated version, such as "HTTP/1.1". */
  readonly protocolVersion: string | null
  /** Name of the pattern; in the closed model, the concurrency. */
  readonly pattern: string
  /** How arrivals were spaced; `closed` in the closed model, where a request starts when another one ends. */
  readonly arrivals: ArrivalProcessName | 'closed'
  /** Repeats the run with `LOAD_SEED` or the plan's `seed`. */
  readonly seed: string
  /** Start of the measured part, ISO 8601. */
  readonly startedAt: string
  /** How the run ended. */
  readonly ended: Ended
  /** Time from the last arrival to the last outcome: how long the run waited for requests in flight. */
  readonly drainMs: Ms
  /** Requests that are due and not done; 0 after the run. */
  readonly inFlight: Count
  /**
   * Messages that are not a response to any request: greetings, pushes, replies with an id that no request has. Counted
   * from the first connection on, including the warm-up. Excludes late responses to requests that timed out, and MCP
   * notifications.
   */
  readonly unsolicited: Count
  /**
   * How batches were sent; absent without batches. All other counts are in operations. `message`: each batch was one
   * message; `concurrency`: its requests were only sent at the same time, because the protocol has no such messages.
   */
  readonly batching?: {
    readonly batchSize: Count
    readonly sentAs: 'message' | 'concurrency'
    /** Messages of the measured part. */
    readonly messagesSent: Count
  }
  /**
   * Requests that the warm-up sent, and how many of them each operation has. No other count includes them. Absent if
   * there were none, and in results of earlier versions.
   */
  readonly warmUp?: { readonly requestsSent: Count; readonly operations: Readonly<Record<string, Count>> }
  /** Why the run ended early. */
  readonly endedBecause?: string
  /** Figures of each operation, by its `name`. */
  readonly operations: Readonly<Record<string, JudgedFigures>>
  /** Figures of each phase of the pattern, by its name. A request belongs to the phase of its intended start. */
  readonly phases: Readonly<Record<string, PhaseFigures>>
  /**
   * The journeys, each counted as one request: scheduled when it starts, sent with its first step, done with its last;
   * includes think time. Their steps are the requests of the overall figures and of `operations`. Null if the plan has
   * no journey.
   */
  readonly journeys: JudgedFigures | null
  /** Values that the code of the test recorded with `metric(name, value, { unit })`, by name. */
  readonly metrics: Readonly<Record<string, MetricFigures>>
  /** Use of the connection pool, over all threads. */
  readonly pool: {
    /** Maximum number of connections. */
    readonly size: Count
    /** Maximum number of connections in use at the same time. */
    readonly peakInUse: Count
    /** Share of the run's time in which every connection was in use. */
    readonly fullRatio: Ratio
  }
  /** Connections over the whole run, including the warm-up. */
  readonly connections: {
    /** Connections that were opened. */
    readonly opened: Count
    /** Connections that were closed, by either side. */
    readonly closed: Count
    /** Opened connections that replaced a lost one. */
    readonly reconnects: Count
    /**
     * Times that a request was sent again, because its connection ended before the server processed the request. The
     * request counts once. Absent in results of earlier versions.
     */
    readonly resent?: Count
    /** Attempts to connect that failed. */
    readonly failed: Count
  }
  /** Length of an interval, in ms. */
  readonly intervalMs: Ms
  /** The figures over time, one entry per interval. */
  readonly intervals: readonly Interval[]
  /** How the generator ran, with the reasons to distrust its figures. */
  readonly generator: GeneratorFigures
  /** Resource usage of the target, if it was monitored. */
  readonly target: TargetFigures
  /**
   * Traced requests: the slowest first, then some of each error class and a few ordinary ones. Empty when `tracing` is
   * off, and during the run.
   */
  readonly slowest: readonly SlowRequest[]
  /** The comparison with another target; absent if the plan has none. */
  readonly comparison?: Comparison
  /** Which requests were traced, and how many of their spans were exported. Absent in results from before tracing. */
  readonly tracing?: TracingReport
}
