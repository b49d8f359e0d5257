import { expect, test } from 'vitest'
import { constant, curveFrom, poisson } from './index.ts'
import { allArrivals, describePattern } from './patterns.conformance.ts'

describePattern(poisson({ rate: 30 }))

test('poisson has the curve of constant but its own kind', () => {
  const planned = { durationMs: 30_000, seed: 'a' }
  const pattern = curveFrom(poisson({ rate: 30 }), planned)
  expect(pattern.name).toBe('poisson')
  expect(allArrivals(pattern, 'poisson')).toEqual(allArrivals(curveFrom(constant({ rate: 30 }), planned), 'poisson'))
})
