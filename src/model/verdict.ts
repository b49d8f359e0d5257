import type { ComparedClaim } from './comparison.ts'
import type { OnInconclusive } from './plan.ts'
import type { RunDifference } from './run-difference.ts'
import type { ToolFault } from './tool-fault.ts'
import type { Count, Ms, Ratio } from './units.ts'

/**
 * - `pass`: proven at the requested confidence, for the time measured
 * - `fail`: the opposite is proven
 * - `inconclusive`: neither is proven; see `Leaning`
 * - `invalid`: the load was not delivered, the run ended early, the generator was at fault, or nothing was measured
 */
export type VerdictValue = 'pass' | 'fail' | 'inconclusive' | 'invalid'

/** Worst first: one failed claim fails the whole, one that cannot be judged makes it invalid or inconclusive. */
const VERDICT_ORDER: readonly VerdictValue[] = ['fail', 'invalid', 'inconclusive', 'pass']

/**
 * Which side of the limit the observation of an inconclusive verdict lies on. `none`: the run is too short to say, by
 * its number of requests or because latencies vary more slowly than the run is long.
 */
export type Leaning = 'pass' | 'fail' | 'none'

/** What a reason counts, if not requests: values of a metric, or gaps between messages. */
interface CountsValues {
  readonly counted?: 'value' | 'gap'
}

/** Codes and numbers that explain a verdict. Their sentences are in `wording/verdict-reasons.ts`. */
export type VerdictReason =
  /** Too few requests for the percentile to lie among them: `n · (1 − p) < 1`. */
  | ({
      readonly code: 'too-few-for-percentile'
      readonly percentile: number
      readonly requests: number
      readonly requiredRequests: number
    } & CountsValues)
  /** Proof needs a longer scheduled span. */
  | { readonly code: 'short-span'; readonly spanMs: Ms; readonly requiredMs: Ms }
  /** Too few batches with requests in them to estimate autocorrelation. */
  | ({ readonly code: 'few-batches'; readonly batches: number; readonly requiredBatches: number } & CountsValues)
  /** Requests are correlated: as evidence they count as `effective` independent ones. */
  | ({ readonly code: 'correlated'; readonly requests: number; readonly effective: number } & CountsValues)
  /** The correlation lasts so long that the run contains too few independent latencies near the percentile. */
  | ({ readonly code: 'slow-variation'; readonly requests: number; readonly effective: number } & CountsValues)
  /** The run is too short to exclude outages of `outageMs` that would break the limit. */
  | { readonly code: 'possible-outages'; readonly outageMs: Ms; readonly requiredMs: Ms }
  /** Every request was on the wrong side of the limit. */
  | ({ readonly code: 'all-requests-wrong'; readonly requests: number } & CountsValues)
  /** In every batch of requests, more than `share` were on the wrong side of the limit. */
  | ({ readonly code: 'all-batches-wrong'; readonly batches: number; readonly share: Ratio } & CountsValues)
  /** The number in flight fluctuated by `requests`, more than the allowed shortfall of `allowed`. */
  | { readonly code: 'backlog-wanders'; readonly requests: number; readonly allowed: number }
  /** In no `windowMs` of the run, or after it, did the target complete more than `maxRps` of the `offeredRps`. */
  | { readonly code: 'rate-missed'; readonly maxRps: number; readonly offeredRps: number; readonly windowMs: Ms }
  /** The baseline file has no run of the test, or does not exist. */
  | { readonly code: 'no-stored-runs'; readonly file: string; readonly isMissing: boolean }
  /** Every stored run is from another machine, version or plan; the differences are those from the newest one. */
  | { readonly code: 'stored-runs-differ'; readonly runs: Count; readonly differences: readonly RunDifference[] }
  /** Too few stored runs to see how much runs of the same code differ. */
  | { readonly code: 'few-stored-runs'; readonly runs: Count; readonly requiredRuns: Count }
  /** The stored runs differ so much that runs like the new ones prove only a change of more than `provable`. */
  | { readonly code: 'run-scatter'; readonly figure: string; readonly scatter: Ratio; readonly provable: Ratio }
  /** All stored runs are from fewer than four sessions, so that differences between sessions of `assumed` are assumed. */
  | { readonly code: 'few-sessions'; readonly sessions: Count; readonly requiredSessions: Count }
  /** The share of failed requests rose. */
  | { readonly code: 'more-failures'; readonly errorRate: Ratio; readonly storedErrorRate: Ratio }
  /** The figure of a run is unknown: nothing was measured, or its rank belongs to a request without a response. */
  | { readonly code: 'no-figure'; readonly figure: string }

/** Why a verdict is invalid, so that it says nothing about the target. */
export type InvalidReason =
  | ToolFault
  | {
      readonly code:
        | 'interrupted'
        | 'not-ended'
        /** Code of the test threw, and ended the run. */
        | 'user-code-failed'
        /** The judged part of the run has no request. */
        | 'nothing-scheduled'
        /** No request has the judged time. */
        | 'nothing-measured'
        /** The run has no phases before, in and after an overload, or no response before it. */
        | 'no-recovery-phases'
        /** The monitor has no figures of the target. */
        | 'not-monitored'
        /** Messages that no request asked for may have been counted as responses. */
        | 'unsolicited-messages'
    }
  /** Other processes disturbed too many pairs of a comparison. */
  | { readonly code: 'pairs-disturbed'; readonly excluded: Count; readonly pairs: Count }
  /** Most requests to the baseline failed, so there is nothing to compare with. */
  | { readonly code: 'baseline-failed'; readonly errorRate: Ratio }
  /** The plan scheduled fewer requests per second than the asserted rate. */
  | { readonly code: 'too-few-planned'; readonly offeredRps: number; readonly rps: number }

/** A limit of a percentile of the response times of a whole run. */
export interface LatencyLimit {
  /** For example 99 or 99.9. */
  readonly percentile: number
  readonly limitMs: Ms
}

export interface Verdict {
  readonly verdict: VerdictValue
  /** Only for an inconclusive verdict. */
  readonly leaning?: Leaning
  readonly reasons?: readonly (VerdictReason | InvalidReason)[]
  /** The limits that were asserted of the response times of the whole run; absent if there are none. */
  readonly latencyLimits?: readonly LatencyLimit[]
  /** What was asserted of a comparison side by side; absent for other claims. */
  readonly compared?: ComparedClaim
  /** What was checked: "p99 response time below 50 ms". */
  readonly claim: string
  /** What was observed: "83.2 ms (90% interval 79.0–90.4 ms, n = 14 970, effective 2 140)". */
  readonly observed: string
  /** Further lines that help to understand or to act, most useful first. */
  readonly details: readonly string[]
}

/** A place in a source file of the user. */
export interface SourcePlace {
  /** Path of the file: absolute in a test process, relative to the root of the project in artifacts. */
  readonly file: string
  /** Line, from 1. */
  readonly line: Count
  /** Column, from 1. */
  readonly column: Count
}

/** A verdict as artifacts store it. */
export interface VerdictRecord {
  /** Index into the `results` next to it. */
  readonly result: Count
  readonly test: string
  readonly matcher: string
  readonly verdict: VerdictValue
  /** Only for an inconclusive verdict. */
  readonly leaning?: Leaning
  readonly reasons?: readonly (VerdictReason | InvalidReason)[]
  /**
   * The line of the message that explains the verdict best. Absent for a pass, if nothing explains it, and in results
   * of earlier versions.
   */
  readonly why?: string
  /** As in `Verdict`. Absent in results of earlier versions. */
  readonly latencyLimits?: readonly LatencyLimit[]
  /** As in `Verdict`. */
  readonly compared?: ComparedClaim
  readonly message: string
  /**
   * Where the assertion is; for a verdict of a suite, where the suite is declared. Absent if the host knows no place.
   */
  readonly at?: SourcePlace
}

/**
 * Returns true for a pass, and for an inconclusive verdict if `onInconclusive` is `lean` and it leans to a pass, or if
 * `onInconclusive` is `warn` and it does not lean to a fail.
 */
export function isGreen(verdict: VerdictValue, leaning: Leaning, onInconclusive: OnInconclusive): boolean {
  if (verdict !== 'inconclusive') return verdict === 'pass'
  if (onInconclusive === 'fail') return false
  return leaning === 'pass' || (onInconclusive === 'warn' && leaning === 'none')
}

/** A verdict, and the side that an inconclusive one leans to. */
export interface SidedVerdict {
  readonly verdict: VerdictValue
  readonly leaning?: Leaning
}

/** Returns true for a pass, and for an inconclusive verdict that leans to a pass. */
export function isMet({ verdict, leaning }: SidedVerdict): boolean {
  return verdict === 'pass' || (verdict === 'inconclusive' && leaning === 'pass')
}

/** Returns how many verdicts have each value, in the order of `VERDICT_ORDER`. */
export function countVerdicts(
  verdicts: readonly Pick<SidedVerdict, 'verdict'>[],
): readonly { readonly value: VerdictValue; readonly count: Count }[] {
  return VERDICT_ORDER.map((value) => ({ value, count: verdicts.filter(({ verdict }) => verdict === value).length }))
}

/** Returns the verdicts in the order of `VERDICT_ORDER`; the first one decides. */
export function worstFirst<Judged extends Pick<SidedVerdict, 'verdict'>>(
  verdicts: readonly Judged[],
): readonly Judged[] {
  return VERDICT_ORDER.flatMap((value) => verdicts.filter(({ verdict }) => verdict === value))
}

/** Returns the value that decides: a failure takes precedence, then an invalid and an inconclusive verdict. */
export function worstVerdict(values: readonly VerdictValue[]): VerdictValue {
  return VERDICT_ORDER.find((value) => values.includes(value)) ?? 'pass'
}

const LEANINGS = ['fail', 'none', 'pass'] as const satisfies readonly Leaning[]

/** Returns the leaning of several inconclusive verdicts: a leaning to fail decides, then one to neither side. */
export function worstLeaning(verdicts: readonly Pick<SidedVerdict, 'leaning'>[]): Leaning {
  return LEANINGS.find((value) => verdicts.some(({ leaning = 'none' }) => leaning === value)) ?? 'none'
}

/** Returns the verdict that decides; if it is inconclusive, with the worst leaning of the inconclusive ones. */
export function worstOf(verdicts: readonly SidedVerdict[]): SidedVerdict {
  const verdict = worstVerdict(verdicts.map((each) => each.verdict))
  if (verdict !== 'inconclusive') return { verdict }
  return { verdict, leaning: worstLeaning(verdicts.filter((each) => each.verdict === verdict)) }
}
