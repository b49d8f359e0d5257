import { SLICE_MS } from '../../measure/recorder.ts'
import type { Blocks } from '../../model/blocks.ts'
import { pairMs, PAUSE_MS, pairWarmUpMs, type Side } from '../../model/comparison.ts'
import type { ResolvedComparison } from '../../plan/resolved-plan.ts'
import type { Ms } from '../../model/units.ts'
import { randomFrom } from '../../traffic/arrivals/random.ts'

/** Maximum beginning of a block that is not compared. */
const MAX_DISCARD_MS: Ms = 500
/** Share of a block that is not compared, if blocks are short. */
const DISCARD_SHARE = 0.25

/** When each side gets its load, on the clock of both runs. */
export interface PairSchedule {
  /** By pair: the side that is first; undefined if both are at the same time. */
  readonly firsts: readonly (Side | undefined)[]
  readonly candidate: Blocks
  readonly baseline: Blocks
  /** Start of a pair. */
  startOf(pair: number): Ms
  /** End of both blocks of a pair, after which a pause follows. */
  endOf(pair: number): Ms
}

/**
 * Places the blocks of a comparison: in each pair, a block of one side directly after one of the other, or both at the
 * same time. The seed draws the order in each pair, so that a machine that becomes faster or slower favours neither
 * side.
 */
export function pairSchedule(
  comparison: Pick<ResolvedComparison, 'maxPairs' | 'blockMs' | 'mode'>,
  { seed, warmUpMs }: { readonly seed: string; readonly warmUpMs: Ms },
): PairSchedule {
  const { maxPairs, blockMs, mode } = comparison
  const random = randomFrom(seed, 'pairs')
  const drawn = (): Side => (random.next() < 0.5 ? 'candidate' : 'baseline')
  const firsts = Array.from({ length: maxPairs }, () => (mode === 'duet' ? undefined : drawn()))
  const startOf = (pair: number): Ms => pair * (pairMs(comparison) + PAUSE_MS)
  const discardMs = Math.min(MAX_DISCARD_MS, Math.floor((DISCARD_SHARE * blockMs) / SLICE_MS) * SLICE_MS)
  const leadMs = pairWarmUpMs(warmUpMs, comparison)
  const [firstOfAll] = firsts
  const blocksOf = (side: Side): Blocks => ({
    warmUpAtMs: leadMs === 0 ? 0 : (firstOfAll === undefined || firstOfAll === side ? 0 : warmUpMs) - leadMs,
    startsMs: firsts.map((first, pair) => startOf(pair) + (first === undefined || first === side ? 0 : blockMs)),
    lengthMs: blockMs,
    discardMs,
  })
  return {
    firsts,
    candidate: blocksOf('candidate'),
    baseline: blocksOf('baseline'),
    startOf,
    endOf: (pair) => startOf(pair) + pairMs(comparison),
  }
}
