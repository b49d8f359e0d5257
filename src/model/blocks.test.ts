import { expect, test } from 'vitest'
import { type Blocks, blockAt, toClock, toOwn } from './blocks.ts'

/** Blocks of 1 s, with pauses of 1 s and 1.5 s. */
const blocks: Blocks = { startsMs: [1_000, 3_000, 5_500], lengthMs: 1_000, warmUpAtMs: 0, discardMs: 200 }

test.each([
  [0, 1_000],
  [400, 1_400],
  [1_000, 2_000],
  [1_001, 3_001],
  [2_000, 4_000],
  [2_500, 6_000],
  [3_000, 6_500],
])('own time %i ms is %i ms on the clock', (ownMs, clockMs) => {
  expect(toClock(blocks, ownMs)).toBe(clockMs)
  expect(toOwn(blocks, clockMs)).toBe(ownMs)
})

test.each([
  [0, 0],
  [999, 0],
  [2_500, 1_000],
  [4_700, 2_000],
  [7_500, 4_000],
])('%i ms on the clock, between or after the blocks, is own time %i ms', (clockMs, ownMs) => {
  expect(toOwn(blocks, clockMs)).toBe(ownMs)
})

test('finds the block that began last', () => {
  expect([0, 1_000, 2_500, 3_000, 9_000].map((atMs) => blockAt(blocks, atMs))).toEqual([-1, 0, 0, 1, 2])
})
