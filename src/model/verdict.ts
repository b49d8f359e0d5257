/**
 * - `pass`: shown at the asked confidence
 * - `fail`: the contrary shown
 * - `inconclusive`: too few samples for either
 * - `invalid`: the load was not delivered, the run was cut short, or nothing was measured
 */
export type VerdictValue = 'pass' | 'fail' | 'inconclusive' | 'invalid'

export interface Verdict {
  readonly verdict: VerdictValue
  /** What was asked: "p99 response time below 50 ms". */
  readonly claim: string
  /** What was seen: "83.2 ms (90% interval 79.0–90.4 ms, n = 14 970, effective 2 140)". */
  readonly observed: string
  /** Further lines that help to understand or to act, most useful first. */
  readonly details: readonly string[]
}

/** A verdict as artifacts keep it. */
export interface VerdictRecord {
  /** Index into the `results` beside it. */
  readonly result: number
  readonly test: string
  readonly matcher: string
  readonly verdict: VerdictValue
  readonly message: string
}
