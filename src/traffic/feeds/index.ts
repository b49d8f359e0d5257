import type { Feed } from '../../model/feed.ts'
import { streamsFrom } from '../arrivals/random.ts'
import type { FeedRecord } from './parse.ts'

export type { FeedRecord } from './parse.ts'

/** A feed with its records loaded. It is plain data, because it is sent to the generator threads. */
export interface LoadedFeed {
  readonly records: readonly FeedRecord[]
  readonly pick: NonNullable<Feed['pick']>
  readonly secret: NonNullable<Feed['secret']>
}

/** Picks the record for each position of the schedule, independent of the number of threads. */
export interface FeedPicker {
  /** Positions of a warm-up with its own records count down from −1. */
  pick(sequence: number): FeedRecord
}

type IndexOf = (sequence: number) => number

const PICKS: Readonly<Record<LoadedFeed['pick'], (count: number, seed: string, name: string) => IndexOf>> = {
  sequential: (count) => (sequence) => modulo(sequence, count),
  random: (count, seed, name) => {
    const streamAt = streamsFrom(seed, 'feed', name)
    return (sequence) => Math.floor(streamAt(sequence).next() * count)
  },
  // The plan check ensures before the run that there are enough records.
  unique: (count) => (sequence) => modulo(sequence, count),
}

/** Returns a picker for each feed, by the feed name that templates use. */
export function feedPickers(
  feeds: Readonly<Record<string, LoadedFeed>>,
  seed: string,
): Readonly<Record<string, FeedPicker>> {
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feedPicker(feed, name, seed)]))
}

/** Returns the fields that any record of the feed has. */
export function fieldsOf({ records }: LoadedFeed): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))]
}

/** `name` makes the draws of two feeds independent. */
function feedPicker({ records, pick }: LoadedFeed, name: string, seed: string): FeedPicker {
  const indexOf = PICKS[pick](records.length, seed, name)
  return { pick: (sequence) => records[indexOf(sequence)] ?? {} }
}

/** Returns a value from 0 to below `count`, also for negative numbers: −1 gives the last index. */
function modulo(sequence: number, count: number): number {
  return ((sequence % count) + count) % count
}
