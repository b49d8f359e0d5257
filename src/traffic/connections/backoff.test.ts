import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

const options = { attempts: 6, backoffMs: 100, maxBackoffMs: 1_000, jitter: 0 }
const always = (value: number): { next(): number } => ({ next: () => value })

test.each([
  [1, 100],
  [2, 200],
  [3, 400],
  [4, 800],
  [5, 1_000],
  [6, 1_000],
  [7, Number.POSITIVE_INFINITY],
])('waits after %d consecutive failures for %d ms', (failures, ms) => {
  expect(backoffMs(failures, options, always(0.5))).toBe(ms)
})

test.each([
  [0.5, 0, 400],
  [0.5, 0.5, 300],
  [0.5, 1, 200],
  [1, 1, 0],
  [0, 1, 400],
])('with jitter %d, a draw of %d turns 400 ms into %d ms', (jitter, draw, ms) => {
  expect(backoffMs(3, { ...options, jitter }, always(draw))).toBe(ms)
})

test('never reconnects when attempts is 0', () => {
  expect(backoffMs(1, { ...options, attempts: 0 }, always(0))).toBe(Number.POSITIVE_INFINITY)
})

test('keeps every wait between its fixed share and the maximum', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (failures, jitter, draw) => {
        const waitMs = backoffMs(failures, { ...options, attempts: 2_000, jitter }, always(draw))
        const fullMs = backoffMs(failures, { ...options, attempts: 2_000 }, always(0))
        expect(waitMs).toBeLessThanOrEqual(Math.min(fullMs, 1_000))
        expect(waitMs).toBeGreaterThanOrEqual(fullMs * (1 - jitter))
      },
    ),
  )
})
