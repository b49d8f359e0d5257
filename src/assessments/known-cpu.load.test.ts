import { expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { whatRanOut } from './known-truths.case.ts'

const ATTEMPTS = 3

// Among the load tests, which run alone: a core that others use as well cannot be filled. What strangers have disturbed is
// measured again, for a while.
test('what ran out first is the CPU of a target that computes 4 ms for each request', async () => {
  await using fixture = await startFixture('costly', { cpuMs: 4 })
  const rates = { calmRps: 25, overloadRps: 500, maxConnections: 50 }
  let found = await whatRanOut(fixture.url, rates)
  for (let attempt = 1; found.disturbed && attempt < ATTEMPTS; attempt++) found = await whatRanOut(fixture.url, rates)
  expect(found, found.evidence.join('\n')).toMatchObject({ resource: 'target-cpu' })
})
