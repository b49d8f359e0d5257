import type { Ms } from '../../model/units.ts'
import type { VerdictReason } from '../../model/verdict.ts'
import { type Count, judgeShare, type ShareQuestion } from './share.ts'

/**
 * Minimum scheduled span that can prove a pass or a fail. Batch means cannot see changes slower than a twentieth of the
 * run, so in a shorter run half a second of slow responses would count as independent requests.
 */
export const MIN_PROOF_MS: Ms = 10_000

/**
 * How long requests were scheduled, and the minimum for a proof. A minimum of 0 is for repeated checks of a running
 * load. These also ignore a clear breach, because the first requests of a run could be one.
 */
export interface ProofSpan {
  readonly spanMs: Ms
  readonly requiredMs: Ms
}

/** For judging a part of a run again, however short it is. */
export const ANY_SPAN: ProofSpan = { spanMs: 1, requiredMs: 1 }

export interface Decision {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly reasons: readonly VerdictReason[]
}

/**
 * Decides a share. A clear breach fails however short the run is; any other proof needs the required span. `batches`
 * counts the requests over the limit in each batch.
 */
export function decideShare(question: ShareQuestion, batches: readonly Count[], span: ProofSpan): Decision {
  const breach = span.requiredMs > 0 ? clearBreach(question, batches) : undefined
  if (breach !== undefined) return { verdict: 'fail', reasons: [breach] }
  // A limit of 0 is decided by a count, not by an estimate.
  if (question.allowed > 0 && span.spanMs < span.requiredMs) {
    return { verdict: 'inconclusive', reasons: [{ code: 'short-span', ...span }] }
  }
  return { verdict: judgeShare(question), reasons: [] }
}

/** Minimum number of requests for a clear breach. */
export const MIN_BREACH_REQUESTS = 20
const MIN_BATCHES = 5

/**
 * Returns the reason of a breach that needs no statistics: each of at least 20 requests is over the limit, or most
 * requests in each of at least 5 batches are. "Most" is halfway between the allowed share and all requests.
 */
function clearBreach({ allowed, forFail }: ShareQuestion, batches: readonly Count[]): VerdictReason | undefined {
  if (forFail.over === forFail.of && forFail.of >= MIN_BREACH_REQUESTS) {
    return { code: 'all-requests-wrong', requests: forFail.of }
  }
  const maxShare = (1 + allowed) / 2
  const filled = batches.filter(({ of }) => of > 0)
  if (filled.length < MIN_BATCHES || forFail.over <= maxShare * forFail.of) return undefined
  return filled.every(({ over, of }) => over > maxShare * of)
    ? { code: 'all-batches-wrong', batches: filled.length, share: maxShare }
    : undefined
}
