import { drawBy } from './picker.ts'

/**
 * Returns whether a position of the schedule belongs to the entry at `index`; every position belongs to exactly one
 * entry.
 */
export function shareOfMix(weights: readonly number[], index: number, seed: string): (position: number) => boolean {
  if (weights.length === 1) return () => true
  // An entry draws its requests from a different stream, because the two draws must be independent.
  const draw = drawBy(weights, `${seed} mix`)
  return (position) => draw(position) === index
}
