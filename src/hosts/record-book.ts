import { adoptResult } from '../judge/matchers/index.ts'
import type { LoadRecord } from '../model/record.ts'
import type { LoadResult } from '../model/result.ts'
import type { VerdictRecord } from '../model/verdict.ts'

/**
 * Collects what one load test leaves behind and hands it on after every change, so that what is there survives
 * whatever ends the test.
 */
export class RecordBook {
  readonly #test: string
  readonly #publish: (record: LoadRecord) => void
  #record: LoadRecord

  constructor(test: string, publish: (record: LoadRecord) => void, before?: LoadRecord) {
    this.#test = test
    this.#publish = publish
    this.#record = before ?? { results: [], verdicts: [] }
  }

  get record(): LoadRecord {
    return this.#record
  }

  /** Keeps a result; verdicts on it, its phases and its operations will find their way here. Returns how to replace it. */
  addResult(result: LoadResult): (better: LoadResult) => void {
    const place = { book: this, result: this.#record.results.length }
    const put = (newest: LoadResult): void => {
      adoptResult(newest)
      const parts = [...Object.values(newest.phases), ...Object.values(newest.operations)]
      for (const subject of [newest, ...parts]) places.set(subject, place)
      const { results } = this.#record
      this.#change({ results: [...results.slice(0, place.result), newest, ...results.slice(place.result + 1)] })
    }
    put(result)
    return put
  }

  addVerdict(verdict: Omit<VerdictRecord, 'test'>): void {
    this.#change({ verdicts: [...this.#record.verdicts, { test: this.#test, ...verdict }] })
  }

  /** Marks the test as the run of a suite. */
  conclude(suite: string, findings: unknown, name?: string): void {
    this.#change({ suite, findings, ...(name === undefined ? {} : { suiteName: name }) })
  }

  #change(change: Partial<LoadRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.#publish(this.#record)
  }
}

/**
 * Keyed by what was asserted on, never by the current test: under concurrency a host's global `expect` names the wrong
 * one.
 */
const places = new WeakMap<object, { readonly book: RecordBook; readonly result: number }>()

/** Writes a verdict into the record of the test that measured `subject`; a subject from elsewhere has no record. */
export function recordVerdict(subject: unknown, verdict: Omit<VerdictRecord, 'test' | 'result'>): void {
  const place = typeof subject === 'object' && subject !== null ? places.get(subject) : undefined
  place?.book.addVerdict({ result: place.result, ...verdict })
}
