import { expect, test } from 'vitest'
import { eachWith, evenBatches, resultOf } from '../../judge/result.builder.ts'
import { failingCalls } from './failing-calls.ts'

/** Two phases of 20 batches each; every batch has 50 successes and `failed` errors. */
function runWith(failed: { readonly calm: number; readonly stress: number }) {
  const batches = eachWith(
    evenBatches(40, 50, () => 5),
    (i) => {
      const errors = i < 20 ? failed.calm : failed.stress
      return errors === 0 ? {} : { errors: { protocol: errors } }
    },
  )
  return resultOf({ batches, phases: { baseline: [0, 20], stress: [20, 40] } })
}

test('reports calls that fail although the server has little load, and not those that only stress makes fail', () => {
  expect(failingCalls(runWith({ calm: 5, stress: 0 }))).toBe('9.09% of those at the lowest rates did (protocol)')
  expect(failingCalls(runWith({ calm: 0, stress: 20 }))).toBeUndefined()
})
