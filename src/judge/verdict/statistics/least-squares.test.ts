import { expect, test } from 'vitest'

import { leastSquares } from './least-squares.ts'

test('fits a line with the published coefficients and errors', () => {
  // Anscombe's first data set (1973): y = 3.0001 + 0.5001 x, standard errors 1.1247 and 0.1179.
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
  const fit = leastSquares(
    x.map((value) => [1, value]),
    y,
  )
  expect(fit?.coefficients[0]).toBeCloseTo(3.0001, 4)
  expect(fit?.coefficients[1]).toBeCloseTo(0.5001, 4)
  expect(Math.sqrt(fit?.covariance[0]?.[0] ?? 0)).toBeCloseTo(1.1247, 4)
  expect(Math.sqrt(fit?.covariance[1]?.[1] ?? 0)).toBeCloseTo(0.1179, 4)
  expect(fit?.freedom).toBe(9)
})

test('returns undefined when the columns are linearly dependent', () => {
  const rows = [1, 2, 3].map((value) => [value, 2 * value])
  expect(leastSquares(rows, [1, 2, 3])).toBeUndefined()
})
