import { type FeedPicker, feedPicker, type LoadedFeed } from './picks.ts'

export type { FeedRecord } from './parse.ts'
export type { FeedPicker, LoadedFeed } from './picks.ts'

/** Returns a picker for each feed, by the feed name that templates use. */
export function feedPickers(
  feeds: Readonly<Record<string, LoadedFeed>>,
  seed: string,
): Readonly<Record<string, FeedPicker>> {
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feedPicker(feed, name, seed)]))
}

/** Returns the fields that every record of the feed has. */
export function fieldsOf({ records }: LoadedFeed): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))]
}
