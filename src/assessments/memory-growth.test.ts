import { expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { memoryGrowthOf, memoryGrowthVerdict } from '../judge/verdict/target-use.ts'
import { runLoad } from '../run/index.ts'

/**
 * A low rate, so that the run remains valid on a busy machine even if the generator is a quarter of a second late. Long
 * enough for a heap to fill during a third of the samples, for 20 samples of a slope, and for some lost samples.
 */
const plan = { rate: 20, duration: 37_000, maxConnections: 10, tracing: 'off' } as const

test('reports a leak of 100 kB per request at 20/s with its slope, and passes a target without a leak', async () => {
  await using leaking = await startFixture('costly', { leakBytes: 100_000 })
  await using sound = await startFixture('costly', {})
  const [leak, none] = await Promise.all([
    runLoad({ ...plan, target: leaking.url }),
    runLoad({ ...plan, target: sound.url }),
  ])
  const truth = (60 * 20 * 100_000) / 2 ** 20
  const growth = memoryGrowthOf(leak.target.samples)
  expect(growth?.shown).toBe(true)
  expect((growth?.mbPerMinute ?? 0) / truth).toBeGreaterThan(0.9)
  expect((growth?.mbPerMinute ?? 0) / truth).toBeLessThan(1.1)
  expect(memoryGrowthVerdict(leak, leak)).toMatchObject({ verdict: 'fail' })
  expect(memoryGrowthVerdict(none, none)).toMatchObject({ verdict: 'pass' })
})
