import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConservationCheck } from './conservation-check.ts'

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

/** Records every visit in time order; `finishes` returns how often each visit ends. */
function checkOf(all: readonly Visit[], finishes: (index: number) => number = () => 1): ConservationCheck {
  const check = new ConservationCheck()
  const entries = all.flatMap(({ intendedMs, dueMs, doneMs }, index) => [
    { atMs: dueMs, write: () => check.arrived(intendedMs, dueMs) },
    ...Array.from({ length: finishes(index) }, () => ({
      atMs: doneMs,
      write: () => check.finished(intendedMs, doneMs),
    })),
  ])
  for (const { write } of entries.toSorted((one, other) => one.atMs - other.atMs)) write()
  return check
}

test('balances when every request ends once', () => {
  fc.assert(
    fc.property(visits, (all) => {
      expect(checkOf(all).close()).toBeUndefined()
    }),
  )
})

test('balances without any request', () => {
  expect(new ConservationCheck().close()).toBeUndefined()
})

test('balances for a warm-up, whose times are negative', () => {
  const check = checkOf([
    { intendedMs: -900, dueMs: -899, doneMs: -100 },
    { intendedMs: -20, dueMs: -20, doneMs: 70 },
  ])
  expect(check.close()).toBeUndefined()
})

describe('reports an internal error', () => {
  test('when a request never ends', () => {
    fc.assert(
      fc.property(visits, fc.nat(), (all, at) => {
        const check = checkOf(all, (index) => (index === at % all.length ? 0 : 1))
        expect(check.close()?.message).toContain('requests without an outcome: 1')
      }),
    )
  })

  test('when a request ends twice', () => {
    fc.assert(
      fc.property(visits, fc.nat(), (all, at) => {
        const check = checkOf(all, (index) => (index === at % all.length ? 2 : 1))
        expect(check.close()?.message).toContain('requests without an outcome: -1')
      }),
    )
  })

  test('when one request ends in place of another', () => {
    const check = new ConservationCheck()
    check.arrived(0, 0)
    check.arrived(400, 400)
    check.finished(0, 500)
    check.finished(0, 600)
    expect(check.close()?.message).toContain(
      'request accounting is inconsistent: ∫ n(t) dt = 700.000 ms, response times = 1100.000 ms',
    )
  })
})
