import type { BlockFigures, Side } from '../../model/comparison.ts'
import { median } from '../verdict/statistics/median.ts'

/** What may disturb one block of a pair more than the other: CPU of other processes, in cores, or steal, as a share. */
export type Disturbance = 'foreignCores' | 'stealRatio'

type Blocks = Readonly<Record<Side, BlockFigures>>

/** Returns how much more the candidate's block was disturbed than the baseline's; undefined where it is unknown. */
export function disturbanceDifference({ candidate, baseline }: Blocks, of: Disturbance): number | undefined {
  const [more, less] = [candidate[of], baseline[of]]
  return more === null || less === null ? undefined : more - less
}

/**
 * Returns the median over the pairs of how much more the candidate's block was disturbed; 0 if it is unknown. The seed
 * draws which side is first, so that disturbances affect both sides equally often, and the median is what the candidate
 * causes.
 */
export function usualDifference(pairs: readonly Blocks[], of: Disturbance): number {
  const known = pairs.flatMap((pair) => disturbanceDifference(pair, of) ?? [])
  return known.length === 0 ? 0 : median(known)
}
