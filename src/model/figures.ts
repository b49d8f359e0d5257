import type { ErrorClass } from './error-class.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'

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

/**
 * A whole number of things, 1 or more.
 *
 * @asType integer
 * @minimum 1
 */
type PositiveCount = number

interface Counted<Value extends Count> {
  /** Number of values; 0 if nothing was measured. */
  readonly count: Value
}

/**
 * Statistics of latencies in ms, each 0 or more. Percentiles have a relative error of at most 0.1%, the rest of 1 µs.
 */
interface MeasuredDistribution extends Counted<PositiveCount> {
  /** Smallest value, in ms. */
  readonly minMs: Ms
  /** Arithmetic mean, in ms. */
  readonly meanMs: Ms
  /** Standard deviation, in ms. */
  readonly stddevMs: Ms
  /** Median: half of the values are at or below it, in ms. */
  readonly p50Ms: Ms
  /** 75% of the values are at or below it, in ms. */
  readonly p75Ms: Ms
  /** 90% of the values are at or below it, in ms. */
  readonly p90Ms: Ms
  /** 95% of the values are at or below it, in ms. */
  readonly p95Ms: Ms
  /** 99% of the values are at or below it, in ms. */
  readonly p99Ms: Ms
  /** 99.9% of the values are at or below it, in ms. */
  readonly p999Ms: Ms
  /** Largest value, in ms. */
  readonly maxMs: Ms
  /**
   * All values, as a lossless compressed HDR histogram: base64, values in µs. In an artifact, an empty text in a part
   * of a result means that the histogram is that of the whole run.
   */
  readonly histogram: string
}

/** A distribution without values: only its `count` is present, and every other key reads as undefined. */
interface EmptyDistribution
  extends Counted<0>, Readonly<Partial<Record<Exclude<keyof MeasuredDistribution, 'count'>, undefined>>> {}

/**
 * Latencies in ms, 0 or more. Only `count` is present when nothing was measured, so `p95Ms` and the others are typed
 * `number | undefined`. Percentiles have a relative error of at most 0.1%; the other values are exact to 1 µs.
 */
export type Distribution = EmptyDistribution | MeasuredDistribution

/** Latencies of an interval: as `Distribution`, but without the histogram if the result comes from an artifact. */
export type IntervalDistribution =
  | EmptyDistribution
  | (Omit<MeasuredDistribution, 'histogram'> & Partial<Pick<MeasuredDistribution, 'histogram'>>)

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
  /** The limit, in ms. */
  readonly limitMs: Ms
  /** Successes whose response time was over the limit. Requests in `unanswered` count in addition. */
  readonly count: Count
}

/** Errors of one class. */
export interface ErrorCount {
  /** Number of errors of this class, 1 or more. */
  readonly count: Count
  /**
   * The first one: what was sent, the message, and the beginning of the response, such as
   * `create: POST /orders → 400 Bad Request "{"code":"no_items"}"`.
   */
  readonly first: string
  /**
   * Up to 3 different responses of this class: the status line, a line feed, and the first 300 characters of the body.
   * Absent if no response had a body, in intervals, and in results of earlier versions.
   */
  readonly samples?: readonly string[]
}

/**
 * Counts and latencies of a group of requests: a whole run, an interval, a phase or an operation.
 *
 * Timestamps of a request are `intended` (by the schedule), `due` (the dispatcher noticed it), `sent` (first byte
 * written, after connecting) and `done`. `scheduleLag = due − intended`, `queueTime = sent − due`,
 * `serviceTime = done − sent`, `responseTime` is the sum of the three, `targetTime = done − due`.
 */
export interface FiguresOf<Times> {
  /** Requests with an outcome: `requestsSent + dropped`. In a finished run, that is every scheduled request. */
  readonly requestsScheduled: Count
  /** `successes + errors`. A request whose connection could not be opened counts as sent, with class `connect`. */
  readonly requestsSent: Count
  /** Exchanges with a response, successful or not. */
  readonly responsesReceived: Count
  /** Exchanges that the protocol and the request's checks accepted. */
  readonly successes: Count
  /** Exchanges that failed, of every class. Drops are counted separately. */
  readonly errors: Count
  /** Errors of class `timeout`. */
  readonly timeouts: Count
  /** Requests that were never sent. */
  readonly dropped: Count
  /** `dropped`, by reason. */
  readonly droppedByReason: Readonly<Partial<Record<DropReason, Count>>>
  /** Requests without a response: dropped, timed out, reset, refused. They count as over every latency limit. */
  readonly unanswered: Count
  /** `1 − errorRate`. */
  readonly successRate: Ratio
  /** `(errors + dropped) / requestsScheduled`; 0 when nothing was scheduled. */
  readonly errorRate: Ratio
  /** `requestsScheduled / durationMs`, per second; an interval counts its arrivals instead. */
  readonly offeredRps: Rps
  /** `successes / durationMs`, per second. */
  readonly throughputRps: Rps
  /** Bytes written for these requests, as far as the protocol knows. */
  readonly bytesSent: Count
  /** Bytes read for these requests, as far as the protocol knows. */
  readonly bytesReceived: Count
  /**
   * Responses, successful or not, by status: HTTP status, JSON-RPC error code, WebSocket close code, the `status` of a
   * custom protocol. A response without a status (a TCP frame, a JSON-RPC result) is not counted here. At most 100
   * statuses; `other` counts the responses of all further ones.
   */
  readonly statuses: Readonly<Record<string, Count>>
  /** `errors`, by class, each with the message of the first one. */
  readonly errorsByClass: Readonly<Partial<Record<ErrorClass, ErrorCount>>>
  /** Requests over each latency limit of the plan's `sla`, by its key, such as `p99Ms`. */
  readonly overLimit: Readonly<Record<string, OverLimit>>
  /**
   * Time from the intended start of a request to the end of its response, of successes, in ms: what a user waits. It
   * includes the wait behind a slow target, so it is free of coordinated omission.
   */
  readonly responseTime: Times
  /** Time that a request waited for a connection, `sent − due`, of successes, in ms. */
  readonly queueTime: Times
  /** Time from the first byte written to the end of the response, `done − sent`, of successes, in ms. */
  readonly serviceTime: Times
  /** Lateness of the generator, `due − intended`, of successes, in ms. */
  readonly scheduleLag: Times
  /** Response time without the lateness of the generator, `done − due`, of successes, in ms. */
  readonly targetTime: Times
  /** Time to open a connection, including TLS and any handshake of the protocol, in ms. */
  readonly connectTime: Times
  /** Time from the first byte written to the first message of a stream, of successes, in ms. */
  readonly firstMessageTime: Times
  /** Time between two consecutive messages of a response, in ms. */
  readonly messageGap: Times
}

/** Times that a result keeps per batch. Latency verdicts judge these. */
export const LATENCIES = ['responseTime', 'serviceTime', 'targetTime', 'firstMessageTime', 'messageGap'] as const

export type LatencyName = (typeof LATENCIES)[number]

/**
 * A histogram of `Distribution` for each batch, or an empty string for a batch without values; in an artifact, one text
 * for all batches (`batch-times.ts`), or an empty text in a part of a result whose times are those of the whole run.
 */
export type BatchTimes = readonly string[] | string

/**
 * The run divided into batches of equal length, for statistics that depend on autocorrelation (effective sample size,
 * growth). A request belongs to the batch in which it ended. A run longer than 3.2 s has 32 to 64 batches. Arrays have
 * equal lengths, with one entry per batch.
 */
export interface Batches {
  /** Start of the first batch since the start of the measured part, in ms: 0, or the first request of a group. */
  readonly startMs: Ms
  /** Length of each batch, in ms. */
  readonly lengthMs: Ms
  /** Requests that became due in the batch. */
  readonly arrivals: readonly Count[]
  /** Requests that were due and not done at the end of the batch. */
  readonly inFlight: readonly Count[]
  /**
   * Maximum lateness of the generator: of a request, from intended to due, or of the thread, behind its timer. Absent
   * in results of earlier versions.
   */
  readonly generatorLagMs?: readonly Ms[]
  /** Requests that succeeded in the batch. */
  readonly successes: readonly Count[]
  /** Requests that failed in the batch. */
  readonly errors: readonly Count[]
  /** Requests that were dropped in the batch. */
  readonly dropped: readonly Count[]
  /** Requests that ended in the batch without a response. */
  readonly unanswered: readonly Count[]
  /** Response times of the successes. */
  readonly responseTime: BatchTimes
  /** Service times of the successes. */
  readonly serviceTime: BatchTimes
  /** Target times of the successes. */
  readonly targetTime: BatchTimes
  /** First-message times of the successes. Absent if nothing streamed. */
  readonly firstMessageTime?: BatchTimes
  /** Gaps between messages, by the time of the later message. Absent if nothing streamed. */
  readonly messageGap?: BatchTimes
  /**
   * Target times of the successes, minus the maximum that waits of the generator and of the target for a core can have
   * added to each. One histogram per batch. Absent if nothing disturbed the run, and in results of earlier versions.
   */
  readonly undelayedTime?: readonly string[]
}

/** Counts and latencies of a group of requests, with the histograms of the latencies. */
export type Figures = FiguresOf<Distribution>

/** Figures of any group of requests, also of an interval, whose distributions may lack the histogram. */
export type AnyFigures = FiguresOf<IntervalDistribution>

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
export interface Interval extends AnyFigures {
  /** Start of the interval since the start of the measured part, in ms. */
  readonly startMs: Ms
  /**
   * Length of the interval, in ms; the last one before the planned end may be shorter. Responses that arrive within an
   * interval's length after that end belong to it, and its `throughputRps` is per time until the last of them.
   */
  readonly durationMs: Ms
  /** Requests that became due in this interval; its `offeredRps` is computed from them. */
  readonly arrivals: Count
  /** Requests that were due and not done at the end of the interval. */
  readonly inFlight: Count
}

/** Figures of one phase of a pattern. */
export interface PhaseFigures extends JudgedFigures {
  /** Start of the phase since the start of the measured part, in ms. */
  readonly startMs: Ms
  /** End of the phase since the start of the measured part, in ms. */
  readonly endMs: Ms
}
