import type { DegradationKind } from '../../model/limits-findings.ts'
import { bracketOf } from './limit-bracket.ts'
import { shownCollapse } from './limit-estimate.ts'
import { isOpen, type TrialOutcome } from './limit-trial.ts'

/** Factor by which p99 must grow between the highest sustained rate and the next rate for a cliff. */
const JUMP = 3

/**
 * Classifies the degradation above the limit. Throughput: a full pool compared with the best throughput of fewer
 * requests in flight. Latency: the lowest rate not sustained compared with the highest sustained rate, or with the
 * highest passing step if no longer trial passed.
 */
export function degradationOf(history: readonly TrialOutcome[]): DegradationKind {
  const { low, high, floor, isToolLimited } = bracketOf(history)
  if (high === null || isToolLimited) return 'none-seen'
  if (shownCollapse(history, low) !== undefined) return 'collapse'
  const open = history.filter(isOpen)

  const p99At = (rate: number | null): number | null =>
    open.findLast((outcome) => outcome.rate === rate && outcome.trial.purpose !== 'recommend')?.p99Ms ?? null
  const heldMs = p99At(low ?? floor)
  const lostMs = p99At(high)
  if (heldMs === null) return 'none-seen'
  // A rate without any response has no p99, which is the largest possible jump.
  return lostMs === null || lostMs > JUMP * heldMs ? 'cliff' : 'graceful'
}
