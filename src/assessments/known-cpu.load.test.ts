import { expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { whatRanOut } from './known-truths.case.ts'

// Among the load tests, which run alone: a core that others use as well cannot be filled.
test('what ran out first is the CPU of a target that computes 4 ms for each request', async () => {
  await using fixture = await startFixture('costly', { cpuMs: 4 })
  const found = await whatRanOut(fixture.url, { calmRps: 25, overloadRps: 500, maxConnections: 50 })
  expect(found, found.evidence.join('\n')).toMatchObject({ resource: 'target-cpu' })
})
