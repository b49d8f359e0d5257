import { expect, test } from 'vitest'
import { sparkline } from './sparkline.ts'

test.each<[(number | null)[], number, string]>([
  [[0, 1, 2, 4, 8], 10, '▁▁▂▄█'],
  [[8, null, 8], 10, '█ █'],
  [[0, 0], 10, '▁▁'],
  [[], 10, ''],
  [[null, null], 10, ''],
  [[1, 8, 1, 1], 2, '█▁'],
  [[null, null, 3, 3], 2, ' █'],
])('%j in %i columns is "%s"', (values, width, line) => {
  expect(sparkline(values, width)).toBe(line)
})
