import type { ResolvedFeed } from '../../model/plan.ts'
import { streamsFrom } from '../arrivals/random.ts'
import type { FeedRecord } from './parse.ts'

/** A feed whose records are there. Plain data: it crosses into the generator threads. */
export interface LoadedFeed {
  readonly records: readonly FeedRecord[]
  readonly pick: ResolvedFeed['pick']
}

/** Chooses the record of each position of the schedule, the same whatever the threads. */
export interface FeedPicker {
  /** Positions of a warm-up that is to have records of its own count down from −1. */
  pick(sequence: number): FeedRecord
}

type IndexOf = (sequence: number) => number

const PICKS: Readonly<Record<LoadedFeed['pick'], (count: number, seed: string, name: string) => IndexOf>> = {
  sequential: (count) => (sequence) => modulo(sequence, count),
  random: (count, seed, name) => {
    const streamAt = streamsFrom(seed, 'feed', name)
    return (sequence) => Math.floor(streamAt(sequence).next() * count)
  },
  // That there are enough is made sure of before the run.
  unique: (count) => (sequence) => modulo(sequence, count),
}

/** `name` keeps the draws of two feeds apart. */
export function feedPicker({ records, pick }: LoadedFeed, name: string, seed: string): FeedPicker {
  const indexOf = PICKS[pick](records.length, seed, name)
  return { pick: (sequence) => records[indexOf(sequence)] ?? {} }
}

/** From 0 to below `count`, also for what is negative: −1 is the last. */
function modulo(sequence: number, count: number): number {
  return ((sequence % count) + count) % count
}
