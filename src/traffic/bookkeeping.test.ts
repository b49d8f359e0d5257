import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bookkeeping } from './bookkeeping.ts'

interface Visit {
  readonly intendedMs: number
  readonly dueMs: number
  readonly doneMs: number
}

const ms = fc.double({ min: 0, max: 1_000, noNaN: true })
const visits = fc
  .array(fc.record({ intendedMs: ms, lagMs: ms, stayMs: ms }), { minLength: 1, maxLength: 50 })
  .map((all) =>
    all.map(({ intendedMs, lagMs, stayMs }): Visit => ({
      intendedMs,
      dueMs: intendedMs + lagMs,
      doneMs: intendedMs + lagMs + stayMs + 1,
    })),
  )

/** Books in which every visit is written down in order of time; `finishes` says how often each end is. */
function booksOf(all: readonly Visit[], finishes: (index: number) => number = () => 1): Bookkeeping {
  const books = new Bookkeeping()
  const entries = all.flatMap(({ intendedMs, dueMs, doneMs }, index) => [
    { atMs: dueMs, write: () => books.arrived(intendedMs, dueMs) },
    ...Array.from({ length: finishes(index) }, () => ({
      atMs: doneMs,
      write: () => books.finished(intendedMs, doneMs),
    })),
  ])
  for (const { write } of entries.toSorted((one, other) => one.atMs - other.atMs)) write()
  return books
}

test('books of requests that all came and went balance', () => {
  fc.assert(
    fc.property(visits, (all) => {
      expect(booksOf(all).close()).toBeUndefined()
    }),
  )
})

test('no requests are books that balance', () => {
  expect(new Bookkeeping().close()).toBeUndefined()
})

test('warm-up, which lies before zero, balances as well', () => {
  const books = booksOf([
    { intendedMs: -900, dueMs: -899, doneMs: -100 },
    { intendedMs: -20, dueMs: -20, doneMs: 70 },
  ])
  expect(books.close()).toBeUndefined()
})

describe('the tool admits its fault', () => {
  test('when the end of a request was forgotten', () => {
    fc.assert(
      fc.property(visits, fc.nat(), (all, at) => {
        const books = booksOf(all, (index) => (index === at % all.length ? 0 : 1))
        expect(books.close()?.message).toContain('requests without a fate: 1')
      }),
    )
  })

  test('when a request ended twice', () => {
    fc.assert(
      fc.property(visits, fc.nat(), (all, at) => {
        const books = booksOf(all, (index) => (index === at % all.length ? 2 : 1))
        expect(books.close()?.message).toContain('requests without a fate: -1')
      }),
    )
  })

  test('when one request ended in the place of another', () => {
    const books = new Bookkeeping()
    books.arrived(0, 0)
    books.arrived(400, 400)
    books.finished(0, 500)
    books.finished(0, 600)
    expect(books.close()?.message).toContain(
      'the books do not balance: ∫ n(t) dt = 700.000 ms, response times = 1100.000 ms',
    )
  })
})
