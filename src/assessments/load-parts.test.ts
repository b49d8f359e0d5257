import { expect, test } from 'vitest'
import { LoadParts } from './load-parts.ts'

test('numbers loads and says how long the others take', () => {
  const parts = new LoadParts({ of: 3, totalMs: 30_000, isExact: true })
  expect(parts.next(10_000)).toEqual({ number: 1, of: 3, isExact: true, leftMs: 20_000 })
  expect(parts.next(15_000)).toEqual({ number: 2, of: 3, isExact: true, leftMs: 5_000 })
})

test('an estimate that was too low grows with the loads, and no time is left', () => {
  const parts = new LoadParts({ of: 1, totalMs: 5_000 })
  parts.next(5_000)
  expect(parts.next(5_000)).toEqual({ number: 2, of: 2, isExact: false, leftMs: 0 })
})
