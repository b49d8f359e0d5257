import { describe, expect, test } from 'vitest'
import { CoreDelays } from './core-delays.ts'

/** A thread and a target whose times the test sets. */
function machine() {
  const own = { ranMs: 0, waitedMs: 0 }
  const target = { waitedMs: 0 }
  const delays = new CoreDelays({ own: () => ({ ...own }), targetWaitedMs: () => target.waitedMs })
  delays.checked(0, 10)
  return { own, target, delays }
}

/** Delay of a request of 20 ms from 100 ms on. `happen` runs in between. */
function delayOf(happen: (set: ReturnType<typeof machine>) => void, lateMs = 0): number {
  const set = machine()
  set.delays.checked(100, 30)
  const before = set.delays.before(100, 0, 0)
  happen(set)
  return set.delays.until(120 + lateMs) - before
}

describe('a request', () => {
  test('has no delay on a quiet machine', () => {
    expect(delayOf(() => {})).toBe(0)
  })

  test('was delayed by the waits of both sides, by at most its time', () => {
    const waits =
      (ownMs: number, targetMs: number) =>
      ({ own, target }: ReturnType<typeof machine>): void => {
        own.waitedMs += ownMs
        target.waitedMs += targetMs
      }
    expect(delayOf(waits(3, 4))).toBe(7)
    expect(delayOf(waits(15, 15))).toBe(20)
  })

  test('was delayed by a thread that ran all the time, but not by one that ran a little', () => {
    expect(delayOf(({ own }) => void (own.ranMs += 19))).toBe(19)
    expect(delayOf(({ own }) => void (own.ranMs += 5))).toBe(0)
  })

  test('was delayed by a thread that ran late for no known reason', () => {
    // The next check was due at 130 ms, with a tolerance of 1.5 ms.
    expect(delayOf(() => {}, 61.5)).toBe(50)
  })

  test('counts time that was not read yet as a delay', () => {
    const { delays } = machine()
    delays.checked(100, 30)
    const before = delays.before(100, 0, 0)
    expect(delays.until(101.5) - before).toBe(1.5)
    expect(delays.until(103) - before).toBe(0)
  })
})

describe('a request after a wait of 50 ms', () => {
  function delayAfter(inFlight: number, atMs: number): number {
    const { delays, target } = machine()
    for (let ms = 10; ms <= 100; ms += 10) {
      delays.checked(ms, 10)
      delays.before(ms, 0, 1)
    }
    for (let ms = 110; ms <= atMs; ms += 10) {
      if (ms <= 150) target.waitedMs += 10
      delays.checked(ms, 10)
    }
    const before = delays.before(atMs, 0, inFlight)
    return delays.until(atMs) - before
  }

  test('was delayed by it if more requests than usual are in flight', () => {
    expect(delayAfter(5, 160)).toBe(50)
    expect(delayAfter(1, 160)).toBe(0)
  })

  test('was not delayed by it long afterwards', () => {
    expect(delayAfter(5, 2_000)).toBe(50)
    expect(delayAfter(5, 3_000)).toBe(0)
  })
})

describe('requests that became due during a wait of this thread', () => {
  test('were delayed by it, except the first', () => {
    const { delays, own } = machine()
    delays.before(10, 0, 0)
    delays.checked(11, 100)
    own.waitedMs += 50
    const first = delays.before(61, 41, 0)
    const second = delays.before(61, 21, 1)
    const done = delays.until(64)
    expect([done - first, done - second]).toEqual([0, 50])
  })
})

describe('requests after a time without checks', () => {
  test('were delayed by a thread that did not run when they became due, except the first', () => {
    const { delays } = machine()
    delays.checked(10, Number.POSITIVE_INFINITY)
    // Due at 210 and 230 ms, and seen at 260 ms. The start of the first was a check, with a tolerance of 1.5 ms.
    const first = delays.before(260, 50, 0)
    delays.checked(260, 10)
    const second = delays.before(260, 30, 1)
    const done = delays.until(264)
    expect([done - first, done - second]).toEqual([0, 48.5])
  })

  test('were not delayed by the rest itself', () => {
    const { delays } = machine()
    delays.checked(10, Number.POSITIVE_INFINITY)
    const before = delays.before(260, 0.1, 0)
    delays.checked(260, 10)
    expect(delays.until(264) - before).toBe(0)
  })
})
