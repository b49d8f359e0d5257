import * as matchers from './registry.ts'

/**
 * Matchers by name. Each takes its subject and its arguments and returns a verdict; `judge` turns the verdict into pass
 * or fail.
 */
export { matchers }

/** The method that a matcher adds to a host's `expect(…)`: without the subject, returning `R`. */
type Method<Matcher, R> = Matcher extends (received: never, ...rest: infer Arguments) => unknown
  ? (...rest: Arguments) => R
  : never

/**
 * Methods that the matchers add to a host's `expect(…)`, with the texts that an editor shows. Their arguments derive
 * from the functions. A mapped type would have no texts.
 */
export interface LoadMatchers<R> {
  /**
   * Asserts that the target is not slower than the baseline that got the same load in turns (plan key `against`), by more than a tolerance: by default the plan's, and in the median and the mean. Example: `expect(result).toBeNoSlowerThan(baseline, { tolerance: 0.05 })`.
   */
  readonly toBeNoSlowerThan: Method<typeof matchers.toBeNoSlowerThan, R>
  /**
   * Asserts that the share of scheduled requests that failed or were dropped is below `ratio` (0–1; 0.01 is one in a hundred). Example: `expect(result).toHaveErrorRateBelow(0.01)`.
   */
  readonly toHaveErrorRateBelow: Method<typeof matchers.toHaveErrorRateBelow, R>
  /**
   * Asserts that the p95 of the time from the send of a request to the first message of its stream is below `limitMs`, in milliseconds. Requests without a response count as over the limit. Example: `expect(result.operations.events).toHaveFirstMessageP95Below(200)`.
   */
  readonly toHaveFirstMessageP95Below: Method<typeof matchers.toHaveFirstMessageP95Below, R>
  /**
   * Asserts that every request of this run took less than `limitMs`, in milliseconds, or that every value of a metric (`result.metrics.x`) was below it, in its unit. The maximum is an observation, not an estimate: the matcher does not use `confidence`, and a longer run has a larger maximum.
   */
  readonly toHaveMaxBelow: Method<typeof matchers.toHaveMaxBelow, R>
  /**
   * Asserts that the mean response time is below `limitMs`, in milliseconds, or that of a metric (`result.metrics.x`), in its unit. A percentile describes what users see better.
   */
  readonly toHaveMeanBelow: Method<typeof matchers.toHaveMeanBelow, R>
  /**
   * Asserts that the p99 of the time between two messages of a stream is below `limitMs`, in milliseconds. Example: `expect(result.operations.events).toHaveMessageGapP99Below(50)`.
   */
  readonly toHaveMessageGapP99Below: Method<typeof matchers.toHaveMessageGapP99Below, R>
  /**
   * Asserts that every scheduled request was sent: the engine dropped none, for example because the pool was full for too long.
   */
  readonly toHaveNoDroppedRequests: Method<typeof matchers.toHaveNoDroppedRequests, R>
  /**
   * Asserts that the target's memory did not grow after the first third of the run. A verdict needs a run of about 40 s.
   */
  readonly toHaveNoMemoryGrowth: Method<typeof matchers.toHaveNoMemoryGrowth, R>
  /**
   * Asserts that every request that was sent in this run succeeded.
   */
  readonly toHaveNoErrors: Method<typeof matchers.toHaveNoErrors, R>
  /**
   * Asserts that the p50 of the response time is below `limitMs`, in milliseconds, or that of a metric (`result.metrics.x`), in its unit. Requests without a response count as over the limit.
   */
  readonly toHaveP50Below: Method<typeof matchers.toHaveP50Below, R>
  /**
   * Asserts that the p90 of the response time is below `limitMs`, in milliseconds, or that of a metric (`result.metrics.x`), in its unit. Requests without a response count as over the limit.
   */
  readonly toHaveP90Below: Method<typeof matchers.toHaveP90Below, R>
  /**
   * Asserts that the p95 of the response time is below `limitMs`, in milliseconds, or that of a metric (`result.metrics.x`), in its unit. Requests without a response count as over the limit. Example: `expect(result).toHaveP95Below(250)`.
   */
  readonly toHaveP95Below: Method<typeof matchers.toHaveP95Below, R>
  /**
   * Asserts that the p99 of the response time is below `limitMs`, in milliseconds, or that of a metric (`result.metrics.x`), in its unit. Requests without a response count as over the limit.
   */
  readonly toHaveP99Below: Method<typeof matchers.toHaveP99Below, R>
  /**
   * Asserts that the p99.9 of the response time is below `limitMs`, in milliseconds, or that of a metric (`result.metrics.x`), in its unit. Requests without a response count as over the limit.
   */
  readonly toHaveP999Below: Method<typeof matchers.toHaveP999Below, R>
  /**
   * Asserts that a percentile of the response time is below `limitMs`, in milliseconds, or that of a metric (`result.metrics.x`), in its unit. `percentile` is a number such as 99 or 99.9. Requests without a response count as over every limit. Failed requests with a response are not counted here: they belong to the error rate. Example: `expect(result).toHavePercentileBelow(99.5, 250)`.
   */
  readonly toHavePercentileBelow: Method<typeof matchers.toHavePercentileBelow, R>
  /**
   * Asserts that the share of scheduled requests that succeeded is above `ratio` (0–1; 0.99 is ninety-nine in a hundred).
   */
  readonly toHaveSuccessRateAbove: Method<typeof matchers.toHaveSuccessRateAbove, R>
  /**
   * Asserts that the run meets every limit of the service level `sla`. Default: the plan's `sla`. Example: `expect(result).toMeetSla({ p99Ms: 250, errorRate: 0.01 })`.
   */
  readonly toMeetSla: Method<typeof matchers.toMeetSla, R>
  /**
   * Asserts that this run is at most `tolerance` (0.1 is 10%) slower than the stored runs of the same test in a file that `describe-load baseline save` writes. The path is relative to the working directory; a URL or the parsed content is accepted, too. Example: `expect(result).toNotRegressFrom('baseline.json', { tolerance: 0.1, metric: ['p50', 'p95'] })`.
   */
  readonly toNotRegressFrom: Method<typeof matchers.toNotRegressFrom, R>
  /**
   * Asserts that, within `ms` milliseconds after the overload phase, the target was as fast again as in the first phase. Judges whole results.
   */
  readonly toRecoverWithin: Method<typeof matchers.toRecoverWithin, R>
  /**
   * Asserts that the target used less than `percent` of one core (200 is two full cores) in every second of the run.
   */
  readonly toStayBelowCpu: Method<typeof matchers.toStayBelowCpu, R>
  /**
   * Asserts that the resident memory of the target was below `mb` MB (2²⁰ bytes) in every second of the run.
   */
  readonly toStayBelowMemory: Method<typeof matchers.toStayBelowMemory, R>
  /**
   * Asserts that the target completed as many requests per second as the baseline that got the same load in turns (plan key `against`); tolerance by default 0.02. Example: `expect(result).toSustainAsMuchAs(baseline)`.
   */
  readonly toSustainAsMuchAs: Method<typeof matchers.toSustainAsMuchAs, R>
  /**
   * Asserts that the target sustained `rps` requests per second (journeys per second if the plan has a journey): they were scheduled, they succeeded, and the number in flight did not grow. Open model only. Example: `expect(result).toSustainRps(500)`.
   */
  readonly toSustainRps: Method<typeof matchers.toSustainRps, R>
  /**
   * Asserts that the target used no more CPU time per request than the baseline that got the same load in turns (plan key `against`), by more than a tolerance: by default the plan's. Example: `expect(result).toUseNoMoreCpuThan(baseline)`.
   */
  readonly toUseNoMoreCpuThan: Method<typeof matchers.toUseNoMoreCpuThan, R>
}

export type { JudgedVerdict } from '../verdict/judged-verdict.ts'
export { judge, keptVerdict } from '../outcome.ts'
export { adoptResult, runOf, setNewestResult, wasJudged } from '../subject.ts'
