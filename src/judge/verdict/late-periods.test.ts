import { describe, expect, test } from 'vitest'
import { evenBatches, eachWith, resultOf, type BatchCase } from '../result.builder.ts'
import { latePeriods, outsideOf } from './late-periods.ts'

/** 20 batches of 250 ms; `more` returns the differences of some of them. */
function runWith(more: Readonly<Record<number, Partial<BatchCase>>>): ReturnType<typeof resultOf> {
  const batches = eachWith(
    evenBatches(20, 10, () => 5),
    (batch) => ({ inFlight: 1, ...more[batch] }),
  )
  return resultOf({ batches, phases: { second: [10, 20] } })
}

describe('late periods', () => {
  test('are empty when the generator was never later than allowed', () => {
    expect(latePeriods(runWith({ 4: { generatorLagMs: 50 } }), 50)).toEqual([])
  })

  test('end with their batch when its requests were done by its end', () => {
    expect(latePeriods(runWith({ 4: { generatorLagMs: 51 } }), 50)).toEqual([{ startMs: 1_000, endMs: 1_250 }])
  })

  test('last until the number in flight is back to the usual one', () => {
    const run = runWith({
      4: { generatorLagMs: 2_000, inFlight: 80 },
      5: { inFlight: 40 },
      6: { inFlight: 2 },
    })
    expect(latePeriods(run, 50)).toEqual([{ startMs: 1_000, endMs: 2_000 }])
  })

  test('last to the end of the run when the target never processes the burst', () => {
    const after = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [4 + i, { inFlight: 80 }]))
    const run = runWith({ ...after, 4: { generatorLagMs: 2_000, inFlight: 80 }, 1: { inFlight: 0 } })
    // Most batches that are not late have 80 in flight, so 80 is usual here and there is no aftermath.
    expect(latePeriods(run, 50)).toEqual([{ startMs: 1_000, endMs: 1_250 }])
    const growing = runWith(
      Object.fromEntries(
        Array.from({ length: 20 }, (_, i) => [i, { inFlight: 10 * i, ...(i === 15 && { generatorLagMs: 900 }) }]),
      ),
    )
    expect(latePeriods(growing, 50)).toEqual([{ startMs: 3_750, endMs: 5_000 }])
  })

  test('end when the number in flight is back to that before the generator was late', () => {
    const slow = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [12 + i, { inFlight: 30 }]))
    // The target was slow before, and stays slow.
    const run = runWith({ ...slow, 15: { generatorLagMs: 60, inFlight: 36 }, 16: { inFlight: 32 } })
    expect(latePeriods(run, 50)).toEqual([{ startMs: 3_750, endMs: 4_500 }])
  })

  test('last no longer than a target at 95% of its capacity needs for what became due meanwhile', () => {
    const hangs = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [12 + i, { inFlight: 10 * (i + 1) }]))
    const run = runWith({ ...hangs, 12: { generatorLagMs: 12, inFlight: 10 } })
    // 20 times 12 ms is less than a batch of 250 ms.
    expect(latePeriods(run, 10)).toEqual([{ startMs: 3_000, endMs: 3_500 }])
  })

  test('are the whole run when every batch was late', () => {
    const run = runWith(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, { generatorLagMs: 100 }])))
    expect(outsideOf(run, latePeriods(run, 50))).toEqual(Array<boolean>(20).fill(false))
  })

  test('are empty for a result without the lateness of its generator', () => {
    const run = runWith({})
    const { generatorLagMs: _, ...batches } = run.batches
    expect(latePeriods({ ...run, batches }, 50)).toEqual([])
  })

  test('keep the batches of a phase that overlap none of them', () => {
    const run = runWith({ 12: { generatorLagMs: 400, inFlight: 5 } })
    const { second } = run.phases
    const kept = second && outsideOf(second, latePeriods(run, 50))
    expect(kept).toEqual(Array.from({ length: 10 }, (_, batch) => batch !== 2 && batch !== 3))
  })
})
