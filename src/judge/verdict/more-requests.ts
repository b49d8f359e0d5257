import { optionWords } from '../../wording/option-words.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { Leaning, VerdictReason } from '../../model/verdict.ts'
import { reasonSentence } from '../../wording/verdict-reasons.ts'
import { type Counted, countedIn } from './evidence.ts'
import type { LeaningWithReason } from './leaning.ts'
import type { ProofSpan } from './proof.ts'
import { requestsToDecide, type ShareQuestion } from './share.ts'
import type { Standing } from './validity.ts'
import { formatDuration, formatPercent, formatPlural } from '../../wording/figures.ts'

/** Figures from which an inconclusive verdict advises a longer run. */
export interface Shortfall extends LeaningWithReason {
  /** Requests that were judged. */
  readonly requests: number
  /** Total number of requests that would decide; undefined if the observation is too close to the limit for any. */
  readonly requiredRequests: number | undefined
  /** How to claim less, if a proof would take too long: "assert a lower percentile". */
  readonly easier: string
  readonly span: ProofSpan
  /** What was judged, if not requests or journeys. */
  readonly counted?: CountedValues | undefined
}

/** Values that a verdict counts instead of requests: those of a metric, or gaps between messages. */
export type CountedValues = NonNullable<Extract<VerdictReason, { readonly counted?: unknown }>['counted']>

/** Adds to each reason that it counts values instead of requests. */
export function countedAs(
  counted: CountedValues | undefined,
  reasons: readonly VerdictReason[],
): readonly VerdictReason[] {
  if (counted === undefined) return reasons
  return reasons.map((reason) => (COUNTING.has(reason.code) ? ({ ...reason, counted } as VerdictReason) : reason))
}

const COUNTING: ReadonlySet<VerdictReason['code']> = new Set([
  'too-few-for-percentile',
  'few-batches',
  'correlated',
  'slow-variation',
  'all-requests-wrong',
  'all-batches-wrong',
])

function unitOf(counted: CountedValues | undefined, figures: JudgedFigures, run: LoadResult): Omit<Counted, 'rate'> {
  return counted === undefined ? countedIn(figures, run) : { one: counted, many: `${counted}s` }
}

/** Returns an inconclusive verdict with its leaning, the reasons why nothing is proven, and how to get a proof. */
export function notProven(shortfall: Shortfall, figures: JudgedFigures, run: LoadResult): Standing {
  const { requests, leaning, reasons, counted } = shortfall
  const { one, many } = unitOf(counted, figures, run)
  return {
    verdict: 'inconclusive',
    leaning,
    reasons,
    reason: `is not proven by ${formatPlural(requests, one, many)} in ${formatDuration(shortfall.span.spanMs)}`,
    ...adviceOf(shortfall, figures, run),
    details: reasons.map((reason) => reasonSentence(reason)),
  }
}

/**
 * Estimates the number of requests that decide a percentile. With so few that the percentile does not lie among them,
 * they also say nothing about the correlation of those that are missing, so the estimate assumes independent ones, and
 * at least so many that the percentile lies among them.
 */
export function requestsForPercentile(asked: ShareQuestion, reasons: readonly VerdictReason[]): number | undefined {
  const tooFew = reasons.find((reason) => reason.code === 'too-few-for-percentile')
  if (tooFew === undefined) return requestsToDecide(asked, asked.forPass)
  const required = requestsToDecide({ ...asked, designEffect: 1, passDesignEffect: 1 }, asked.forPass)
  return required === undefined ? undefined : Math.max(required, tooFew.requiredRequests)
}

export const LOWER_PERCENTILE = 'assert a lower percentile'

/** Longest run that is advised. */
const MAX_ADVICE_MS: Ms = 24 * 3_600_000

function adviceOf(
  shortfall: Shortfall,
  figures: JudgedFigures,
  run: LoadResult,
): { readonly advice: string; readonly adviceMs: Ms } {
  const { requests, requiredRequests, span, counted, easier } = shortfall
  if (requiredRequests === undefined) {
    return {
      advice: 'the observation is so close to the limit that a longer run is unlikely to decide: move the limit',
      adviceMs: Number.POSITIVE_INFINITY,
    }
  }
  const durationMs = Math.max(
    span.requiredMs,
    (span.spanMs * requiredRequests) / requests,
    span.spanMs * timesForBatches(shortfall),
  )
  if (durationMs > MAX_ADVICE_MS) {
    return {
      advice: `a proof would take more than a day: the run varies too slowly, or the limit is too strict; exclude the start with warmUp, or ${easier}`,
      adviceMs: Number.POSITIVE_INFINITY,
    }
  }
  // This run did not decide, so only a longer one can.
  const seconds = Math.max(Math.ceil(durationMs / 1_000), Math.floor(span.spanMs / 1_000) + 1)
  const more = Math.max(1, Math.ceil((requests * seconds * 1_000) / span.spanMs) - requests)
  const { one, many } = unitOf(counted, figures, run)
  const count = `about ${formatPlural(more, `more ${one}`, `more ${many}`)} would decide`
  const duration = optionWords({
    plan: run.plan.looks === undefined ? `duration: '${seconds}s'` : `duration.max: '${seconds}s'`,
    command: `-d ${seconds}s`,
  })
  const length = figures === run ? duration : `a span of ${formatDuration(seconds * 1_000)}`
  return { advice: `${count} (${length})`, adviceMs: 1_000 * seconds }
}

/** Factor by which a run must be longer for enough of its batches to contain requests. */
function timesForBatches({ reasons }: Shortfall): number {
  const few = reasons.find((reason) => reason.code === 'few-batches')
  return few === undefined ? 1 : few.requiredBatches / Math.max(1, few.batches)
}

/** What to do about a limit inside the histogram bucket of the deciding requests. */
export const MOVE_LIMIT = 'move the limit'
/** Only response times are counted exactly. */
export const COUNT_EXACTLY = 'put the limit into sla in the plan, where it is counted exactly'

/**
 * Returns the verdict for a limit inside the histogram bucket that holds the deciding requests, or values if `counted`
 * names some.
 */
export function onTheLimit(
  within: number,
  requests: number,
  leaning: LeaningWithReason,
  { remedy, counted }: { readonly remedy: string; readonly counted?: CountedValues | undefined },
): Standing {
  return {
    verdict: 'inconclusive',
    ...leaning,
    reason: `cannot be decided from ${formatPlural(requests, counted ?? 'request')}`,
    details: [`${formatPercent(within / requests)} of them lie within 0.1% of the limit, on either side: ${remedy}`],
  }
}

/** Returns the verdict on a time that starts with the send, where requests that were never sent make the difference. */
export function unsent(dropped: number, time: string, leaning: Leaning): Standing {
  return {
    verdict: 'inconclusive',
    leaning,
    reason: `cannot be judged: ${formatPlural(dropped, 'request')} ${dropped === 1 ? 'was' : 'were'} never sent`,
    details: [`a dropped request has no ${time}: raise maxConnections, or judge the response time`],
  }
}

/** Returns the reasons that hold for any estimate from correlated requests. */
export function correlationReasons(requests: number, effect: number | undefined): readonly VerdictReason[] {
  return effect === undefined || effect < CORRELATED
    ? []
    : [{ code: 'correlated', requests, effective: Math.floor(requests / effect) }]
}

const CORRELATED = 3
