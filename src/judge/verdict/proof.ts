import type { Ms } from '../../model/units.ts'
import type { VerdictReason } from '../../model/verdict.ts'
import { type Count, judgeShare, type ShareQuestion } from './share.ts'

/**
 * Shortest scheduled span that can prove a pass or a fail. Batch means cannot see anything slower than a twentieth of the
 * run, so in a shorter run half a second of slowness would count as independent requests.
 */
export const MIN_PROOF_MS: Ms = 10_000

/**
 * How long requests were scheduled, and how long that must be before anything counts as proven. Where nothing is required,
 * the run is looked at again and again while it goes on, and a clear breach does not count either: the first requests of a
 * run would be one.
 */
export interface ProofSpan {
  readonly spanMs: Ms
  readonly requiredMs: Ms
}

/** For a second look at a part of a run, however short. */
export const ANY_SPAN: ProofSpan = { spanMs: 1, requiredMs: 1 }

export interface Decision {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly reasons: readonly VerdictReason[]
}

/**
 * Decides a share: a clear breach fails however short the run; anything else needs the required span. `batches` counts the
 * requests over the limit in each batch of time.
 */
export function decideShare(question: ShareQuestion, batches: readonly Count[], span: ProofSpan): Decision {
  const breach = span.requiredMs > 0 ? clearBreach(question, batches) : undefined
  if (breach !== undefined) return { verdict: 'fail', reasons: [breach] }
  // A limit of "none at all" is a count, not an estimate.
  if (question.allowed > 0 && span.spanMs < span.requiredMs) {
    return { verdict: 'inconclusive', reasons: [{ code: 'short-span', ...span }] }
  }
  return { verdict: judgeShare(question), reasons: [] }
}

/** Fewer requests are no clear breach. */
export const MIN_BREACH_REQUESTS = 20
const MIN_BATCHES = 5

/**
 * A breach that no statistics is needed for: every one of at least 20 requests is over the limit, or so are most requests
 * in every one of at least 5 batches. "Most" is halfway between the allowed share and all of them.
 */
function clearBreach({ allowed, forFail }: ShareQuestion, batches: readonly Count[]): VerdictReason | undefined {
  if (forFail.over === forFail.of && forFail.of >= MIN_BREACH_REQUESTS) {
    return { code: 'all-requests-wrong', requests: forFail.of }
  }
  const most = (1 + allowed) / 2
  const filled = batches.filter(({ of }) => of > 0)
  if (filled.length < MIN_BATCHES || forFail.over <= most * forFail.of) return undefined
  return filled.every(({ over, of }) => over > most * of)
    ? { code: 'all-batches-wrong', batches: filled.length, share: most }
    : undefined
}
