import { expect, test } from 'vitest'
import { ratioOf } from './performance-table.ts'

test.each([
  [[3, 1, 2], 2, [1, 3]],
  [[9, 8, 7, 6, 5, 4, 3, 2, 1], 5, [2, 8]],
  [Array.from({ length: 20 }, (_, i) => i), 9.5, [5, 14]],
])('the median of %j is %d in %j', (ratios, median, interval) => {
  expect(ratioOf(ratios)).toEqual({ median, interval })
})
