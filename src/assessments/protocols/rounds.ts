import type { Ms } from '../../model/units.ts'
import { eachOf } from './subject.ts'

/** Rounds that prove a difference even if one or two of them are disturbed. */
export const PROOF_ROUNDS = 12
/** Minimum length of a phase that is divided into that many rounds. */
export const MIN_PROOF_PHASE_MS: Ms = 2_000
const FEW_ROUNDS = 4

/** Number of rounds of a phase; a short one has too few rounds to prove a difference. */
export function roundsOf(phaseMs: Ms): number {
  return phaseMs < MIN_PROOF_PHASE_MS ? FEW_ROUNDS : PROOF_ROUNDS
}

/**
 * Runs every item once in each round, so that a temporary disturbance affects one round of each item instead of all
 * rounds of one. Each round starts with another item, because the first one may differ from the others. Returns the
 * values by item.
 */
export async function inRounds<Item, Value>(
  items: readonly Item[],
  rounds: number,
  run: (item: Item, round: number) => Promise<Value>,
): Promise<readonly (readonly Value[])[]> {
  const values: Value[][] = items.map(() => [])
  for (let round = 0; round < rounds; round++) {
    await eachOf(rotated([...items.entries()], round), async ([index, item]) => {
      values[index]?.push(await run(item, round))
    })
  }
  return values
}

/** Returns the items in the order of a round, each of which starts with another one. */
export function rotated<Item>(items: readonly Item[], round: number): readonly Item[] {
  const start = items.length === 0 ? 0 : round % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
