import type { Doubt } from './doubt.ts'
import type { ArrivalProcessName } from './pattern.ts'
import type { ConnectionKind, OnInconclusive, Sla } from './plan.ts'
import type { ErrorClass } from './protocol.ts'
import type { SlowRequest, TracingReport } from './trace.ts'
import type { Ms, Ratio, Rps } from './units.ts'

/** Why a scheduled request was never sent. */
export type DropReason =
  /** No connection was free and the plan says `overflow: 'drop'`. */
  | 'overflow'
  /** Still unsent `requestTimeout` after its intended start, or when the run had waited that long after the last arrival. */
  | 'pool-wait'
  /** The dispatcher itself was later than `requestTimeout`: the tool's fault, never the target's. */
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
      readonly p999Ms: Ms
      readonly maxMs: Ms
      readonly histogram: string
    }

/** The distributions that are kept of every group of requests. */
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

/** A latency limit of the plan's `sla`, counted exactly as requests ended. */
export interface OverLimit {
  readonly limitMs: Ms
  /** Successes whose response time was over the limit. Unanswered requests come on top: see `unanswered`. */
  readonly count: number
}

export interface ErrorCount {
  readonly count: number
  /** What the first of them said. */
  readonly first: string
}

/** Counts and latencies of a group of requests: a whole run, an interval, a phase or an operation. */
export interface Figures extends Readonly<Record<DistributionName, Distribution>> {
  /** Requests with a fate: `requestsSent + dropped`. Of a finished run that is every scheduled request. */
  readonly requestsScheduled: number
  /** `successes + errors`. A request whose connection could not be made counts as sent, with class `connect`. */
  readonly requestsSent: number
  /** Exchanges that got an answer, good or bad. */
  readonly responsesReceived: number
  readonly successes: number
  readonly errors: number
  /** Errors of class `timeout`. */
  readonly timeouts: number
  readonly dropped: number
  readonly droppedByReason: Readonly<Partial<Record<DropReason, number>>>
  /** Requests without an answer: dropped, timed out, reset, refused. They count as over every latency limit. */
  readonly unanswered: number
  readonly successRate: Ratio
  /** `(errors + dropped) / requestsScheduled`; 0 when nothing was scheduled. */
  readonly errorRate: Ratio
  readonly offeredRps: Rps
  readonly throughputRps: Rps
  readonly bytesSent: number
  readonly bytesReceived: number
  /**
   * Responses, good and bad, by status: HTTP status, JSON-RPC error code, WebSocket close code, the `status` of a custom
   * protocol. A response without one (a TCP frame, a JSON-RPC result) is in none. At most 100 statuses; `other` has the
   * responses of all further ones.
   */
  readonly statuses: Readonly<Record<string, number>>
  readonly errorsByClass: Readonly<Partial<Record<ErrorClass, ErrorCount>>>
  /** By `sla` key (`p99Ms`). */
  readonly overLimit: Readonly<Record<string, OverLimit>>
}

/**
 * The run cut into stretches of equal length, for statistics that must know how requests hang together in time
 * (deflation, growth). A request lies in the stretch in which it met its fate. Between 32 and 64 of them once a run is
 * longer than 3.2 s, in arrays of equal length, one entry a stretch.
 */
export interface Batches {
  /** Of the first stretch: 0, or where the first request of a phase or operation came. */
  readonly startMs: Ms
  readonly lengthMs: Ms
  /** Requests that came due in the stretch. */
  readonly arrivals: readonly number[]
  /** Due but not done at its end. */
  readonly inFlight: readonly number[]
  /**
   * Largest lateness of the generator: of a request that came due, behind its intended start, or of the thread itself,
   * behind its timer. Absent in results of earlier versions.
   */
  readonly generatorLagMs?: readonly Ms[]
  readonly successes: readonly number[]
  readonly errors: readonly number[]
  readonly dropped: readonly number[]
  readonly unanswered: readonly number[]
  /** Lossless compressed HDR of the successes, as in `Distribution`; an empty text where there were none. */
  readonly responseTime: readonly string[]
  readonly serviceTime: readonly string[]
  readonly targetTime: readonly string[]
}

/** Figures with their course in time, on which verdicts can be given. */
export interface JudgedFigures extends Figures {
  readonly batches: Batches
  /** The stretch in which requests were intended; batches and intervals go on beyond it while the last ones finish. */
  readonly durationMs: Ms
  /**
   * Successes per second until the last of them. `throughputRps` is over `durationMs`; where a target fell behind and was
   * still answering after the last arrival, this is what it really carried.
   */
  readonly achievedRps: Rps
}

/** One stretch of the run; a request lies in the one in which it met its fate, so the identities hold here too. */
export interface Interval extends Figures {
  readonly startMs: Ms
  readonly durationMs: Ms
  /** Requests that came due in this stretch; `offeredRps` of an interval is made of these. */
  readonly arrivals: number
  /** Requests due but not done at its end. */
  readonly inFlight: number
}

export interface PhaseFigures extends JudgedFigures {
  readonly startMs: Ms
  readonly endMs: Ms
}

export interface GeneratorFigures {
  readonly threads: number
  readonly mode: 'worker' | 'inline'
  /** How the schedule was woken. */
  readonly wake: 'exact' | 'tick' | 'closed'
  /** CPU of the generator threads, in % of one core. */
  readonly cpuPercent: number
  /** Highest event-loop utilisation of a generator thread, 0–1. */
  readonly eventLoopUtilization: Ratio
  /** Highest share of its time that a generator thread was ready to run and waited for a core; null where unknown. */
  readonly runDelayRatio?: Ratio | null
  /** Reasons to distrust the figures, each as a code with its numbers and a message that says what to do. */
  readonly doubts: readonly Doubt[]
}

/**
 * What the target used, second by second: of its processes on this machine, or as its page of metrics tells it. A null
 * where a figure cannot be had on this machine, or is not offered.
 */
export interface TargetSample {
  /** When the figures were had, since the start of the measured part. */
  readonly atMs: Ms
  /** In % of one core, since the sample before; of a page, since the last one that was had. */
  readonly cpuPercent: number | null
  /** Of the process that used most, in % of one core: whether a single thread was full shows here only. */
  readonly busiestProcessCpuPercent: number | null
  readonly rssMb: number | null
  /** How long the thread of the target that waited longest for a core did so since the sample before; Linux only. */
  readonly coreWaitMs?: Ms | null
  /** Limit of the CPU by the control group of the first process, in cores; absent where there is none. */
  readonly cpuLimitCores?: number
  /** Share of the scheduling periods since the sample before in which that limit stopped the target. */
  readonly throttledRatio?: Ratio | null
  readonly openSockets: number | null
  /** Of any kind, sockets among them. */
  readonly openFileDescriptors?: number | null
  readonly threads?: number | null
  /** Network bytes since the sample before; of a local target null unless it has a network namespace of its own. */
  readonly bytesIn: number | null
  readonly bytesOut: number | null
  /**
   * As the target tells it itself: its p99, else its mean, else what it was when asked; of several event loops the worst.
   * Null where it tells nothing.
   */
  readonly eventLoopDelayMs?: number | null
}

export interface TargetFigures {
  readonly url: string
  /** Processes watched; empty when the target is elsewhere or was not found. */
  readonly pids: readonly number[]
  readonly samples: readonly TargetSample[]
  /** Why nothing was watched, when nothing was. */
  readonly unwatched?: string
}

export type Ended = 'completed' | 'aborted' | 'interrupted' | 'running'

/** What verdicts need to know of the plan. */
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
  /** What of the plan did not apply to its target, and why. */
  readonly notes?: readonly string[]
}

/** Everything that was measured in one run: plain, frozen JSON. Fields are only ever added. */
export interface LoadResult extends JudgedFigures {
  readonly schema: 1
  /** Brand by which matchers know a result; survives JSON. */
  readonly type: 'describe-load:result'
  readonly generatorId: string
  readonly name: string
  readonly plan: PlanSummary
  readonly protocol: string
  readonly protocolVersion: string | null
  readonly pattern: string
  readonly arrivals: ArrivalProcessName | 'closed'
  readonly seed: string
  /** ISO 8601, of the start of the measured part. */
  readonly startedAt: string
  readonly ended: Ended
  /** From the last arrival to the last fate: how long the run waited for what was still under way. */
  readonly drainMs: Ms
  /** Due and not yet done; 0 once the run is over. */
  readonly inFlight: number
  /**
   * Messages that are not a response to any request: greetings, pushes, replies with an id that no request has. From the
   * first connection on, warm-up included. A late response to a request that timed out is not among them, nor is a
   * notification of MCP.
   */
  readonly unsolicited: number
  /** Why it ended early, when it did. */
  readonly endedBecause?: string
  readonly operations: Readonly<Record<string, JudgedFigures>>
  readonly phases: Readonly<Record<string, PhaseFigures>>
  /**
   * The journeys, each as if it were one request: scheduled is started, sent with its first step, done with its last, think
   * time between. Their steps are the requests of the whole and its `operations`. Null: the plan had no journey.
   */
  readonly journeys: JudgedFigures | null
  readonly pool: {
    /** Connections at most. */
    readonly size: number
    readonly peakInUse: number
    /** Share of the run's time in which every connection was in use. */
    readonly fullRatio: Ratio
  }
  readonly connections: {
    readonly opened: number
    readonly closed: number
    /** Of those opened, how many took the place of one that was lost. */
    readonly reconnects: number
    readonly failed: number
  }
  readonly intervalMs: Ms
  readonly intervals: readonly Interval[]
  readonly generator: GeneratorFigures
  readonly target: TargetFigures
  /**
   * Traced requests: the slowest first, then some of each class that failed and a few ordinary ones. Empty when `tracing`
   * is off, and while the run goes on.
   */
  readonly slowest: readonly SlowRequest[]
  /** Which requests were traced, and what became of their spans. Absent in results of before there was tracing. */
  readonly tracing?: TracingReport
}
