import type { Mix, MixEntry } from '../../model/plan.ts'
import { drawBy } from './picker.ts'

/**
 * A workload over several protocols in one run: each arrival of the one schedule goes to one of the entries, drawn by
 * weight. Every entry has connections of its own, and its operations stand in the result under its name.
 */
export function mix(entries: readonly MixEntry[]): Mix {
  return { kind: 'mix', entries }
}

/** Which positions of the schedule belong to the entry at `index`: every position to exactly one of them. */
export function shareOfMix(weights: readonly number[], index: number, seed: string): (position: number) => boolean {
  if (weights.length === 1) return () => true
  // Not the stream by which an entry draws its own requests: the two draws must not hang together.
  const draw = drawBy(weights, `${seed} mix`)
  return (position) => draw(position) === index
}
