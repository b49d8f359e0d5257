import type { Interval } from '../../model/figures.ts'

/** Streams intervals as they become complete, to any number of readers. Each reader starts with the next interval. */
export class IntervalStream {
  readonly #readers = new Set<Reader>()
  #ended = false

  push(interval: Interval): void {
    for (const reader of this.#readers) reader.push(interval)
  }

  end(): void {
    this.#ended = true
    for (const reader of this.#readers) reader.end()
    this.#readers.clear()
  }

  iterate(): AsyncIterator<Interval> {
    const reader = new Reader(() => this.#readers.delete(reader))
    if (this.#ended) reader.end()
    else this.#readers.add(reader)
    return reader
  }
}

class Reader implements AsyncIterator<Interval> {
  readonly #unread: Interval[] = []
  readonly #leave: () => void
  readonly #waiting: ((result: IteratorResult<Interval>) => void)[] = []
  #ended = false

  constructor(leave: () => void) {
    this.#leave = leave
  }

  push(interval: Interval): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#unread.push(interval)
    else waiting({ value: interval, done: false })
  }

  end(): void {
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true })
  }

  next(): Promise<IteratorResult<Interval>> {
    const value = this.#unread.shift()
    if (value !== undefined) return Promise.resolve({ value, done: false })
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    const { promise, resolve } = Promise.withResolvers<IteratorResult<Interval>>()
    this.#waiting.push(resolve)
    return promise
  }

  return(): Promise<IteratorResult<Interval>> {
    this.#leave()
    this.end()
    return Promise.resolve({ value: undefined, done: true })
  }
}
