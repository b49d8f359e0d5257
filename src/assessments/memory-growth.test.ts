import { expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { memoryGrowthOf, memoryGrowthVerdict } from '../judge/verdict/target-use.ts'
import { runLoad } from '../run/index.ts'

/**
 * So few requests a second that the generator may be a quarter of a second late: a busy machine does not make the run
 * invalid. A third of the samples for a heap that fills, 20 for a slope, and some that a busy machine loses.
 */
const plan = { rate: 20, duration: 37_000, maxConnections: 10, tracing: 'off' } as const

test('a leak of 100 kB a request at 20/s is shown with its slope, and a target without a leak passes', async () => {
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
