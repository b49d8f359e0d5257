/**
 * Records for templates: in a request, `{{user.email}}` is the field `email` of the record that feed `user` gives to
 * the arrival.
 */
export interface Feed {
  /** A `.json` file (a list of objects), an `.ndjson` file, or a `.csv` file whose first line names the fields. */
  readonly file?: string | URL
  /** The records, instead of a file. */
  readonly records?: readonly Readonly<Record<string, unknown>>[]
  /**
   * `sequential` starts again after the last record; `random` is seeded; `unique` gives each record to one arrival
   * only, and requires enough records. Default `sequential`.
   */
  readonly pick?: 'sequential' | 'random' | 'unique'
  /** Which fields are secret: `true` for all, or their names. Their values are masked wherever they appear. */
  readonly secret?: boolean | readonly string[]
}

/** File formats of records, by file extension. */
export const FEED_FORMATS = ['json', 'ndjson', 'jsonl', 'csv'] as const
export type FeedFormat = (typeof FEED_FORMATS)[number]

/** Words that a template can start with and that are not feeds. */
export const TEMPLATE_WORDS = ['sequence', 'random', 'setup'] as const
