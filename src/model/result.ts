import type { Doubt } from './doubt.ts'
import type { ArrivalProcessName } from './pattern.ts'
import type { ConnectionKind, OnInconclusive } from './plan.ts'
import type { Sla } from './sla.ts'
import type { ErrorClass } from './error-class.ts'
import type { SlowRequest, TracingReport } from './trace.ts'
import type { Ms, Ratio, Rps } from './units.ts'

/** Why a scheduled request was never sent. */
export type DropReason =
  /** No connection was free, and the plan has `overflow: 'drop'`. */
  | 'overflow'
  /**
   * Still unsent `requestTimeout` after its intended start, or when the run had waited that long after the last
   * arrival.
   */
  | 'pool-wait'
  /** The dispatcher was later than `requestTimeout`: a fault of the generator, never of the target. */
  | 'generator'
  /** Unsent when the run was stopped. */
  | 'stopped'

/** Latencies of successful exchanges in ms; `histogram` is the lossless compressed HDR (base64, values in µs). */
export type Distribution =
  | { readonly count: 0 }
  | {
      readonly count: number
      readonly minMs: Ms
      readonly meanMs: Ms
      readonly stddevMs: Ms
      readonly p50Ms: Ms
      readonly p75Ms: Ms
      readonly p90Ms: Ms
      readonly p95Ms: Ms
      readonly p99Ms: Ms
      /** p99.9 latency, in ms. */
      readonly p999Ms: Ms
      readonly maxMs: Ms
      /** Compressed HDR histogram, base64, values in µs. */
      readonly histogram: string
    }

/** The distributions that are kept for every group of requests. */
export const DISTRIBUTIONS = [
  'responseTime',
  'queueTime',
  'serviceTime',
  'scheduleLag',
  'targetTime',
  'connectTime',
  'firstMessageTime',
  'messageGap',
] as const

export type DistributionName = (typeof DISTRIBUTIONS)[number]

/** A latency limit of the plan's `sla`, with an exact count of the requests over it. */
export interface OverLimit {
  readonly limitMs: Ms
  /** Successes whose response time was over the limit. Requests in `unanswered` count in addition. */
  readonly count: number
}

export interface ErrorCount {
  readonly count: number
  /** Message of the first one. */
  readonly first: string
}

/**
 * Counts and latencies of a group of requests: a whole run, an interval, a phase or an operation.
 *
 * Timestamps of a request are `intended` (by the schedule), `due` (the dispatcher noticed it), `sent` (first byte
 * written, after connecting) and `done`. `scheduleLag = due − intended`, `queueTime = sent − due`,
 * `serviceTime = done − sent`, `responseTime` is the sum of the three, `targetTime = done − due`.
 */
export interface Figures extends Readonly<Record<DistributionName, Distribution>> {
  /** Requests with an outcome: `requestsSent + dropped`. In a finished run, that is every scheduled request. */
  readonly requestsScheduled: number
  /** `successes + errors`. A request whose connection could not be opened counts as sent, with class `connect`. */
  readonly requestsSent: number
  /** Exchanges with a response, successful or not. */
  readonly responsesReceived: number
  /** Exchanges that the protocol and the request's checks accepted. */
  readonly successes: number
  /** Exchanges that failed, of every class. Drops are counted separately. */
  readonly errors: number
  /** Errors of class `timeout`. */
  readonly timeouts: number
  /** Requests that were never sent. */
  readonly dropped: number
  /** `dropped`, by reason. */
  readonly droppedByReason: Readonly<Partial<Record<DropReason, number>>>
  /** Requests without a response: dropped, timed out, reset, refused. They count as over every latency limit. */
  readonly unanswered: number
  /** `1 − errorRate`. */
  readonly successRate: Ratio
  /** `(errors + dropped) / requestsScheduled`; 0 when nothing was scheduled. */
  readonly errorRate: Ratio
  /** `requestsScheduled / durationMs`, per second; an interval counts its arrivals instead. */
  readonly offeredRps: Rps
  /** `successes / durationMs`, per second. */
  readonly throughputRps: Rps
  /** Bytes written for these requests, as far as the protocol knows. */
  readonly bytesSent: number
  /** Bytes read for these requests, as far as the protocol knows. */
  readonly bytesReceived: number
  /**
   * Responses, successful or not, by status: HTTP status, JSON-RPC error code, WebSocket close code, the `status` of a
   * custom protocol. A response without a status (a TCP frame, a JSON-RPC result) is not counted here. At most 100
   * statuses; `other` counts the responses of all further ones.
   */
  readonly statuses: Readonly<Record<string, number>>
  /** `errors`, by class, each with the message of the first one. */
  readonly errorsByClass: Readonly<Partial<Record<ErrorClass, ErrorCount>>>
  /** By `sla` key (`p99Ms`). */
  readonly overLimit: Readonly<Record<string, OverLimit>>
}

/**
 * The run divided into batches of equal length, for statistics that depend on autocorrelation (effective sample size,
 * growth). A request belongs to the batch in which it ended. A run longer than 3.2 s has 32 to 64 batches. Arrays have
 * equal lengths, with one entry per batch.
 */
export interface Batches {
  /** Start of the first batch: 0, or the first request of a phase or operation. */
  readonly startMs: Ms
  readonly lengthMs: Ms
  /** Requests that became due in the batch. */
  readonly arrivals: readonly number[]
  /** Requests that were due and not done at the end of the batch. */
  readonly inFlight: readonly number[]
  /**
   * Maximum lateness of the generator: of a request, from intended to due, or of the thread, behind its timer. Absent
   * in results of earlier versions.
   */
  readonly generatorLagMs?: readonly Ms[]
  readonly successes: readonly number[]
  readonly errors: readonly number[]
  readonly dropped: readonly number[]
  readonly unanswered: readonly number[]
  /** Lossless compressed HDR of the successes, as in `Distribution`; an empty string where there were none. */
  readonly responseTime: readonly string[]
  readonly serviceTime: readonly string[]
  readonly targetTime: readonly string[]
}

/** Figures with their development over time, which verdicts require. */
export interface JudgedFigures extends Figures {
  /** The same figures per batch of time. */
  readonly batches: Batches
  /** Length of the span of intended starts; batches and intervals continue beyond it while the last requests finish. */
  readonly durationMs: Ms
  /**
   * Successes per second until the last success. `throughputRps` divides by `durationMs`; if a target fell behind and
   * still responded after the last arrival, this is the rate that it actually served.
   */
  readonly achievedRps: Rps
}

/**
 * One interval of the run. A request belongs to the interval in which it ended, so that all identities hold here, too.
 */
export interface Interval extends Figures {
  readonly startMs: Ms
  readonly durationMs: Ms
  /** Requests that became due in this interval; its `offeredRps` is computed from them. */
  readonly arrivals: number
  /** Requests that were due and not done at the end of the interval. */
  readonly inFlight: number
}

export interface PhaseFigures extends JudgedFigures {
  readonly startMs: Ms
  readonly endMs: Ms
}

export interface GeneratorFigures {
  readonly threads: number
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
  readonly openSockets: number | null
  /** Of any kind, including sockets. */
  readonly openFileDescriptors?: number | null
  readonly threads?: number | null
  /** Network bytes since the previous sample; null for a local target without a network namespace of its own. */
  readonly bytesIn: number | null
  readonly bytesOut: number | null
  /**
   * Event-loop delay that the target reports: its p99, else its mean, else its current value; the worst of several
   * event loops. Null where the target reports none.
   */
  readonly eventLoopDelayMs?: number | null
}

export interface TargetFigures {
  readonly url: string
  /** Monitored processes; empty if the target is on another machine or was not found. */
  readonly pids: readonly number[]
  readonly samples: readonly TargetSample[]
  /** Why nothing was monitored. */
  readonly unwatched?: string
}

/** `aborted`: by `abortOn`; `interrupted`: stopped by a caller or a signal; `running`: a partial result. */
export type Ended = 'completed' | 'aborted' | 'interrupted' | 'running'

/** The parts of the plan that verdicts need. */
export interface PlanSummary {
  readonly rate?: Rps
  readonly concurrency?: number
  readonly durationMs: Ms
  readonly warmUpMs: Ms
  readonly connection: ConnectionKind
  readonly maxConnections: number
  readonly requestTimeoutMs: Ms
  readonly sla: Sla
  readonly confidence: Ratio
  readonly onInconclusive: OnInconclusive
  readonly request: string
  /** Plan keys that did not apply to the target, and why. */
  readonly notes?: readonly string[]
}

/** Everything that was measured in one run, as plain, frozen JSON. New versions only add fields. */
export interface LoadResult extends JudgedFigures {
  readonly schema: 1
  /** Brand that identifies a result to matchers; survives JSON. */
  readonly type: 'describe-load:result'
  /** Unique id of the run. */
  readonly generatorId: string
  /** Name of the test, if a test started the run. */
  readonly name: string
  readonly plan: PlanSummary
  /** Name of the protocol, or `mix`. */
  readonly protocol: string
  /** The negotiated version, such as "HTTP/1.1". */
  readonly protocolVersion: string | null
  /** Name of the pattern; in the closed model, the concurrency. */
  readonly pattern: string
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
  readonly inFlight: number
  /**
   * Messages that are not a response to any request: greetings, pushes, replies with an id that no request has. Counted
   * from the first connection on, including the warm-up. Excludes late responses to requests that timed out, and MCP
   * notifications.
   */
  readonly unsolicited: number
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
  readonly pool: {
    /** Maximum number of connections. */
    readonly size: number
    /** Maximum number of connections in use at the same time. */
    readonly peakInUse: number
    /** Share of the run's time in which every connection was in use. */
    readonly fullRatio: Ratio
  }
  readonly connections: {
    readonly opened: number
    readonly closed: number
    /** Opened connections that replaced a lost one. */
    readonly reconnects: number
    /** Attempts to connect that failed. */
    readonly failed: number
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
  /** Which requests were traced, and how many of their spans were exported. Absent in results from before tracing. */
  readonly tracing?: TracingReport
}
