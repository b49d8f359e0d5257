import { joinUnlisted } from './unlisted-requests.ts'
import { adoptResult, setNewestResult } from '../judge/matchers/index.ts'
import type { LoadRecord, UnlistedRequests } from '../model/record.ts'
import type { LoadResult } from '../model/result.ts'
import { cleanJson, cleanText } from '../model/text/clean.ts'
import type { SourcePlace, VerdictRecord } from '../model/verdict.ts'

/**
 * Collects the record of one load test and publishes it after every change, so that it is kept however the test ends.
 */
export class RecordBook {
  readonly #test: string
  readonly #publish: (record: LoadRecord) => void
  /** Where the test is declared. */
  readonly #place: SourcePlace | undefined
  #record: LoadRecord

  constructor(
    test: string,
    publish: (record: LoadRecord) => void,
    { before, place }: { readonly before?: LoadRecord | undefined; readonly place?: SourcePlace | undefined } = {},
  ) {
    this.#test = test
    this.#place = place
    this.#publish = publish
    this.#record = before ?? { results: [], verdicts: [] }
  }

  get record(): LoadRecord {
    return this.#record
  }

  /**
   * Keeps a result. Verdicts on it and on its parts are added to this record. Returns a function that
   * replaces it.
   */
  addResult(result: LoadResult): (better: LoadResult) => void {
    const place = { book: this, result: this.#record.results.length }
    const put = (newest: LoadResult): void => {
      adoptResult(newest)
      setNewestResult(newest)
      const { phases, operations, journeys, metrics } = newest
      for (const part of [phases, operations, metrics].flatMap((parts) => Object.values<object>(parts))) {
        places.set(part, place)
      }
      for (const subject of [newest, ...(journeys === null ? [] : [journeys])]) places.set(subject, place)
      const { results } = this.#record
      this.#change({ results: [...results.slice(0, place.result), newest, ...results.slice(place.result + 1)] })
    }
    put(result)
    return put
  }

  addVerdict(verdict: Omit<VerdictRecord, 'test'>): void {
    const { message, why, at = this.#place } = verdict
    const kept = {
      test: this.#test,
      ...verdict,
      ...(why !== undefined && { why: cleanText(why) }),
      message: cleanText(message),
      ...(at !== undefined && { at }),
    }
    this.#change({ verdicts: [...this.#record.verdicts, kept] })
  }

  /** Counts requests that no result of this record includes. */
  addUnlisted(requests: readonly UnlistedRequests[]): void {
    if (requests.length > 0) this.#change({ unlisted: joinUnlisted([...(this.#record.unlisted ?? []), ...requests]) })
  }

  /** Marks the test as a run of a suite. */
  conclude(suite: string, findings: unknown, name?: string): void {
    this.#change({
      suite,
      findings: cleanJson(findings),
      concludedAt: this.#record.concludedAt ?? new Date().toISOString(),
      ...(name === undefined ? {} : { suiteName: cleanText(name) }),
    })
  }

  /** Records why the test ended before its end. The first reason counts. */
  endEarly(because: string): void {
    if (this.#record.endedEarly === undefined) this.#change({ endedEarly: cleanText(because) })
  }

  /** Ends the record: results of this test are not the newest of the next one. */
  close(): void {
    setNewestResult(undefined)
  }

  #change(change: Partial<LoadRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.#publish(this.#record)
  }
}

/**
 * Keyed by the asserted value, never by the current test: in concurrent tests, a host's global `expect` reports the
 * wrong test.
 */
const places = new WeakMap<object, { readonly book: RecordBook; readonly result: number }>()

/** Adds a verdict to the record of the test that measured `subject`; does nothing for any other subject. */
export function recordVerdict(subject: unknown, verdict: Omit<VerdictRecord, 'test' | 'result'>): void {
  const place = typeof subject === 'object' && subject !== null ? places.get(subject) : undefined
  place?.book.addVerdict({ result: place.result, ...verdict })
}
