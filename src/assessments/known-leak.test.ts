import { expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { memoryGrowthOf, memoryGrowthVerdict } from '../judge/verdict/target-use.ts'
import { runLoad } from '../run/index.ts'

/** Of the first second, for a heap that fills, to the last of a run. */
const plan = { rate: 200, duration: 33_000, maxConnections: 10, tracing: 'off' } as const

test('a leak of 10 kB a request at 200/s is found and its slope told; a target that leaks nothing is not accused', async () => {
  await using leaking = await startFixture('costly', { leakBytes: 10_000 })
  await using sound = await startFixture('costly', {})
  const [leak, none] = await Promise.all([
    runLoad({ ...plan, target: leaking.url }),
    runLoad({ ...plan, target: sound.url }),
  ])
  const truth = (60 * 200 * 10_000) / 2 ** 20
  const growth = memoryGrowthOf(leak.target.samples)
  expect(growth?.shown).toBe(true)
  expect((growth?.mbPerMinute ?? 0) / truth).toBeGreaterThan(0.9)
  expect((growth?.mbPerMinute ?? 0) / truth).toBeLessThan(1.1)
  expect(memoryGrowthVerdict(leak, leak)).toMatchObject({ verdict: 'fail' })
  expect(memoryGrowthVerdict(none, none)).toMatchObject({ verdict: 'pass' })
})
