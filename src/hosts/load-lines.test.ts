import { expect, test } from 'vitest'
import { SparseLines } from './load-lines.ts'

test('prints no line about a short load, and then one every 10 s', () => {
  let nowMs = 500
  const lines = new SparseLines(() => nowMs)
  const printedMs: number[] = []
  for (; nowMs <= 35_500; nowMs += 1_000) if (lines.isDue()) printedMs.push(nowMs)
  expect(printedMs).toEqual([10_500, 20_500, 30_500])
})
