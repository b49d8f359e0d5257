import type { ComparedClaim } from './comparison.ts'
import type { DoubtCode } from './doubt.ts'
import type { ErrorClass } from './error-class.ts'
import type { RateUnit } from './rates.ts'
import type { Environment } from './record.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'
import type { InvalidReason, LatencyLimit, Leaning, SourcePlace, VerdictReason, VerdictValue } from './verdict.ts'

/** The main figures of a result. A time is null if nothing was measured. */
export interface KeyFigures {
  /** Arrivals per second, in `rateUnit`; null in the closed model, in which responses determine the rate. */
  readonly offeredRps: Rps | null
  /** Successes per second until the last success, in `rateUnit`. */
  readonly achievedRps: Rps
  /** What the two rates count: with a journey, whole journeys. All other figures are those of requests. */
  readonly rateUnit: RateUnit
  readonly requests: Count
  readonly errors: Count
  readonly dropped: Count
  /** Share of the scheduled requests that failed or were dropped. */
  readonly errorRate: Ratio
  readonly p50Ms: Ms | null
  readonly p95Ms: Ms | null
  readonly p99Ms: Ms | null
}

/** A verdict with all that a program needs to report it and to repeat it. */
export interface VerdictEntry {
  readonly suite: string
  /** Full name of the test. */
  readonly test: string
  /** How the test ended. Absent if the run ended before it. */
  readonly state?: 'passed' | 'failed'
  readonly matcher: string
  readonly verdict: VerdictValue
  /** Whether this verdict alone fails its test, as `onInconclusive` says. */
  readonly red: boolean
  /** Only for an inconclusive verdict. */
  readonly leaning?: Leaning
  /** Codes and numbers that explain the verdict. */
  readonly reasons: readonly (VerdictReason | InvalidReason)[]
  /** The line of `evidence` that explains the verdict best. Absent for a pass, and if nothing explains it. */
  readonly why?: string
  /** The limits that were asserted of the response times of the whole run. Absent if there are none. */
  readonly latencyLimits?: readonly LatencyLimit[]
  /** What was asserted of a comparison side by side, and what it showed. Absent for other claims. */
  readonly compared?: ComparedClaim
  /** Codes of the reasons to distrust the figures. */
  readonly doubts: readonly DoubtCode[]
  /** Number of errors by class. */
  readonly errorClasses: Readonly<Partial<Record<ErrorClass, Count>>>
  /** The claim and the observation, in one line. */
  readonly summary: string
  /** Further lines of the message, the most useful first. */
  readonly evidence: readonly string[]
  /** Name of the result. */
  readonly result: string
  readonly figures: KeyFigures
  /** The assertion; of a suite, the call that declares it. */
  readonly at?: SourcePlace
  readonly seed: string
  /** The command that repeats the test alone, with the same seed. Absent if the host knows none. */
  readonly rerun?: string
}

/** Every verdict of a test run, for programs. */
export interface VerdictsFile {
  readonly schema: 1
  readonly startedAt: string
  readonly environment: Environment
  readonly counts: Readonly<Record<VerdictValue, Count>>
  /** The failed ones first, then the invalid, inconclusive and passed ones. */
  readonly verdicts: readonly VerdictEntry[]
}
