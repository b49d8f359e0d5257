import type { DegradationKind } from '../../model/limits-findings.ts'
import { bracketOf } from './limit-bracket.ts'
import { shownCollapse } from './limit-estimate.ts'
import { isOpen, type TrialOutcome } from './limit-trial.ts'

/** Growth of p99 between the highest rate held and the next one not held that makes a cliff of it. */
const JUMP = 3

/**
 * What happens past the limit. Throughput is that of a full pool beside the best that fewer requests gave; latency is that of
 * the lowest rate not held beside the highest rate held, or beside the highest step where nothing longer was held.
 */
export function degradationOf(history: readonly TrialOutcome[]): DegradationKind {
  const { low, high, floor, toolRanOut } = bracketOf(history)
  if (high === null || toolRanOut) return 'none-seen'
  if (shownCollapse(history, low) !== undefined) return 'collapse'
  const open = history.filter(isOpen)

  const p99At = (rate: number | null): number | null =>
    open.findLast((outcome) => outcome.rate === rate && outcome.trial.purpose !== 'recommend')?.p99Ms ?? null
  const heldMs = p99At(low ?? floor)
  const lostMs = p99At(high)
  if (heldMs === null) return 'none-seen'
  // A rate at which nothing was answered at all has no p99: latency cannot jump further.
  return lostMs === null || lostMs > JUMP * heldMs ? 'cliff' : 'graceful'
}
