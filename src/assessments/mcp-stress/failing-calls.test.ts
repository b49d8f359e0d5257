import { expect, test } from 'vitest'
import { type BatchCase, eachWith, evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { LoadResult } from '../../model/result.ts'
import { failingCalls } from './failing-calls.ts'

/** Two phases of 20 batches each; every batch has 50 successes, and what failed in its phase. */
function runWith(calm: Partial<BatchCase>, stress: Partial<BatchCase>): LoadResult {
  const batches = eachWith(
    evenBatches(40, 50, () => 5),
    (i) => (i < 20 ? calm : stress),
  )
  return resultOf({ batches, phases: { baseline: [0, 20], stress: [20, 40] } })
}

test('reports calls that fail although the server has little load, with the classes of these calls only', () => {
  const stress = { errors: { timeout: 20 } }
  expect(failingCalls(runWith({ errors: { protocol: 5 } }, stress))).toBe('9.09% at the lowest rates (protocol)')
  expect(failingCalls(runWith({ errors: { protocol: 5 }, dropped: { overflow: 5 } }, stress))).toBe(
    '16.7% at the lowest rates (protocol, dropped)',
  )
})

test('ignores calls that only stress makes fail', () => {
  expect(failingCalls(runWith({}, { errors: { protocol: 20 } }))).toBeUndefined()
})
