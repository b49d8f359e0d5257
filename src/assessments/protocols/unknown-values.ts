import type { MeasuredProtocol } from '../../judge/analysis/protocol-ranking.ts'
import { atMost } from '../../judge/verdict/statistics/binomial.ts'
import type { LoadResult } from '../../model/result.ts'
import type { UnknownReason, UnknownValue } from '../../model/unknown-value.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { TrialReasonFacts } from '../../model/trial-reason.ts'
import type { VerdictValue } from '../../model/verdict.ts'

/** The lowest tried rate, when no rate was shown to hold the service level. */
export interface LowestTrial {
  readonly rate: Rps
  readonly verdict: VerdictValue
  readonly trialReason: TrialReasonFacts | undefined
  /** Number of requests with a latency, and of those over the limit, if the trial had too few to decide. */
  readonly undecided?: { readonly timed: number; readonly late: number }
}

/** The runs that provide the values of one protocol. */
export interface ProtocolEvidence {
  readonly lowest: LowestTrial | undefined
  /** The run that shows the CPU per request. */
  readonly loaded: LoadResult
  /** The length of a phase (`-d`). */
  readonly phaseMs: Ms
  /** Connections were cut in this many steps of a phase; undefined where there is no connection to cut. */
  readonly cutSteps: number | undefined
}

/** A trial at the lowest rates takes half of a phase. */
const TRIAL_SHARE = 0.5
/** The monitor takes a sample each second; the first one may be late. */
const MONITOR_MS: Ms = 2_000
/** A target that reconnects does so within this time. */
const RECONNECT_MS: Ms = 2_000

/** Why the report shows "–" for a value of this protocol. */
export function unknownValuesOf(
  measured: Omit<MeasuredProtocol, 'unknown'>,
  { lowest, loaded, phaseMs, cutSteps }: ProtocolEvidence,
): readonly UnknownValue[] {
  const unknown: UnknownValue[] = []
  if (measured.maxRps === null && lowest !== undefined) unknown.push({ value: 'held', reason: notShown(lowest) })
  if (measured.p99Ms === null) unknown.push({ value: 'p50, p99', reason: { code: 'no-response' } })
  if (measured.reconnectMs === null) unknown.push({ value: 'back', reason: notBack(phaseMs, cutSteps) })
  if (measured.cpuUsPerRequest === null) unknown.push({ value: 'CPU', reason: withoutCpu(loaded) })
  return unknown
}

function notShown({ rate, verdict, trialReason, undecided }: LowestTrial): UnknownReason {
  const shown = { code: 'not-shown', rps: rate, verdict, ...(trialReason !== undefined && { trialReason }) } as const
  if (undecided === undefined) return shown
  const requiredMs = (1_000 * requiredRequests(undecided.late)) / rate / TRIAL_SHARE
  return { ...shown, requiredMs }
}

/** Returns the minimum number of requests that prove a p99 at 95% confidence when `late` of them are over the limit. */
function requiredRequests(late: number): number {
  let [low, high] = [late + 1, 1_000 * (late + 1)]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (atMost(middle, 0.01, late) <= 0.05) high = middle
    else low = middle + 1
  }
  return low
}

function notBack(phaseMs: Ms, cutSteps: number | undefined): UnknownReason {
  if (cutSteps === undefined) return { code: 'no-connection' }
  return { code: 'no-reconnect', lengthMs: phaseMs / cutSteps, requiredMs: cutSteps * RECONNECT_MS }
}

function withoutCpu({ target, durationMs, successes }: LoadResult): UnknownReason {
  if (successes === 0) return { code: 'no-response' }
  if (target.unwatched !== undefined) return { code: 'not-monitored', evidence: target.unwatched }
  if (target.samples.length === 0)
    return { code: 'too-short', lengthMs: durationMs, requiredMs: MONITOR_MS / TRIAL_SHARE }
  return target.samples.some(({ cpuPercent }) => cpuPercent !== null)
    ? { code: 'little-cpu' }
    : { code: 'not-monitored', evidence: 'its CPU is not available on this machine' }
}
