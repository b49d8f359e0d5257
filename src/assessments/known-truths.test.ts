/**
 * What is concluded of a target, held against what is known of it; short, so that it can be run many times over. The whole
 * search for a limit is `suites/limits`.
 */
import { describe, expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { errorPatterns } from '../judge/analysis/error-patterns.ts'
import { recoveryVerdict } from '../judge/verdict/recovery-time.ts'
import type { PatternSpec } from '../model/pattern.ts'
import type { LoadResult } from '../model/result.ts'
import { runLoad } from '../run/index.ts'
import { constant, sequence } from '../traffic/patterns/index.ts'
import { whatRanOut } from './known-truths.case.ts'

describe.concurrent('what ran out first', () => {
  test('is the connections, where each is busy for 50 ms and the target serves as many as there are', async () => {
    await using fixture = await startFixture('capacity', { servers: 1_000, serviceMs: 50 })
    const found = await whatRanOut(fixture.url, { calmRps: 40, overloadRps: 400, maxConnections: 10 })
    expect(found, found.evidence.join('\n')).toMatchObject({ resource: 'connections' })
    expect(found.evidence[0]).toMatch(
      /^10 connections, each busy 5\d ms with a request, carry (1[789]\d|200) req\/s at most/,
    )
  })

  test('is a wait behind the target, where four places of 10 ms each serve everybody', async () => {
    await using fixture = await startFixture('capacity', { servers: 4, serviceMs: 10 })
    const found = await whatRanOut(fixture.url, { calmRps: 80, overloadRps: 800, maxConnections: 100 })
    expect(found, found.evidence.join('\n')).toMatchObject({ resource: 'downstream-wait' })
  })

  test('is nothing of a target that carries both rates', async () => {
    await using fixture = await startFixture('capacity', { servers: 1_000, serviceMs: 10 })
    const found = await whatRanOut(fixture.url, { calmRps: 40, overloadRps: 400, maxConnections: 100 })
    expect(found, found.evidence.join('\n')).toMatchObject({ resource: null })
  })
})

describe.concurrent('recovery from an overload', () => {
  /** 400 req/s; each waits out its turn whether or not its client is still there. */
  const capacity = { servers: 80, serviceMs: 200, keepsAbandoned: true }
  const phases = (overloadRps: number): PatternSpec =>
    sequence(
      constant({ name: 'baseline', rate: 200, duration: 2_000 }),
      constant({ name: 'overload', rate: overloadRps, duration: 2_000 }),
      constant({ name: 'recovery', rate: 200, duration: 8_000 }),
    )

  async function after(overloadRps: number): Promise<LoadResult> {
    await using fixture = await startFixture('capacity', capacity)
    return await runLoad({ target: fixture.url, pattern: phases(overloadRps), maxConnections: 2_000, tracing: 'off' })
  }

  test('takes the 4 s in which 800 that wait are served at 200/s more than come', async () => {
    const result = await after(800)
    const { verdict, observed } = recoveryVerdict(result, result, 4_800)
    expect([verdict, observed]).toEqual(['pass', expect.any(String)])
    expect(recoveryVerdict(result, result, 3_500)).toMatchObject({ verdict: 'fail' })
  })

  test('is at once where there was no more than the target carries, and nothing else is found in it either', async () => {
    const result = await after(300)
    expect(recoveryVerdict(result, result, 1_000)).toMatchObject({ verdict: 'pass' })
    expect(errorPatterns(result)).toEqual([])
  })
})
