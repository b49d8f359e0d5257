/**
 * Compares conclusions about targets with their known properties. The runs are short, so that they can be repeated
 * often; the whole search for a limit is `suites/limits`. These are load tests, because a target that gets no processor
 * time does not have its known properties. They wait far more than they compute, so most of them run concurrently, and
 * the longest start first.
 */
import { describe, expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { errorPatterns } from '../judge/analysis/error-patterns.ts'
import { fitUsl, type UslPoint } from '../judge/analysis/usl.ts'
import { recoveryVerdict } from '../judge/verdict/recovery-time.ts'
import type { PatternSpec } from '../model/pattern.ts'
import type { LoadResult } from '../model/result.ts'
import type { Verdict } from '../model/verdict.ts'
import { runLoad } from '../run/index.ts'
import { constant, sequence } from '../traffic/patterns/index.ts'
import { bottleneckBetween, runUndisturbed, undisturbed } from './known-truths.fixture.ts'

// Runs alone, because a core that others use cannot be saturated.
test('the bottleneck is the CPU of a target that computes 4 ms per request', async () => {
  await using fixture = await startFixture('costly', { cpuMs: 4 })
  const rates = { calmRps: 25, overloadRps: 500, maxConnections: 50 }
  const found = await bottleneckBetween(fixture.url, rates)
  expect(found, found.evidence.map(({ message }) => message).join('\n')).toMatchObject({ resource: 'target-cpu' })
})

describe.concurrent('recovery from an overload', () => {
  /** 400 req/s; every request is processed even if its client has disconnected. */
  const capacity = { servers: 80, serviceMs: 200, keepsAbandoned: true }
  const phases = (overloadRps: number): PatternSpec =>
    sequence(
      constant({ name: 'baseline', rate: 200, duration: 1_500 }),
      constant({ name: 'overload', rate: overloadRps, duration: 1_500 }),
      constant({ name: 'recovery', rate: 200, duration: 5_500 }),
    )

  async function after(overloadRps: number): Promise<LoadResult> {
    await using fixture = await startFixture('capacity', capacity)
    return await runLoad({ target: fixture.url, pattern: phases(overloadRps), maxConnections: 2_000, tracing: 'off' })
  }

  test('takes 3 s when 600 waiting requests are served at 200/s above the arrival rate', async () => {
    const verdicts = await undisturbed(
      async (): Promise<readonly Verdict[]> => {
        const result = await after(800)
        return [3_700, 2_600].map((limitMs) => recoveryVerdict(result, result, limitMs))
      },
      (judged) => judged.find(({ verdict }) => verdict === 'invalid')?.details.join(' '),
    )
    const details = verdicts.map((verdict) => [verdict.observed, ...verdict.details].join('\n')).join('\n')
    expect(
      verdicts.map(({ verdict }) => verdict),
      details,
    ).toEqual(['pass', 'fail'])
  })

  test('is immediate when the target was not overloaded, and no other finding appears', async () => {
    const result = await after(300)
    expect(recoveryVerdict(result, result, 1_000)).toMatchObject({ verdict: 'pass' })
    expect(errorPatterns(result)).toEqual([])
  })
})

// Alone, because other load would change the throughput that the law predicts.
describe('the scalability law', () => {
  test('is fitted with the contention and coherency of the target', async () => {
    // X(N) peaks at √((1 − α) / β) = 21.8 clients, at 148 req/s.
    const law = { gamma: 20, alpha: 0.05, beta: 0.002 }
    const pointsOf = async (clientsOfEach: readonly number[]): Promise<readonly UslPoint[]> => {
      await using fixture = await startFixture('capacity', { servers: 1, serviceMs: 1, usl: law })
      const points: UslPoint[] = []
      for (const clients of clientsOfEach) {
        const closed = { concurrency: clients, maxConnections: clients } as const
        const plan = { ...closed, target: fixture.url, duration: 1_500, warmUp: 600, tracing: 'off' } as const
        const { throughputRps } = await runUndisturbed(plan)
        points.push({ clients, rps: throughputRps })
      }
      return points
    }
    // Two targets that follow the same law, at the same time, because both need little CPU.
    const points = (await Promise.all([pointsOf([1, 4, 16, 64]), pointsOf([2, 8, 32])])).flat()
    const found = fitUsl(points)
    if ('code' in found) throw new Error(found.code)
    expect(Math.abs(found.gamma / law.gamma - 1)).toBeLessThan(0.06)
    expect(Math.abs(found.alpha - law.alpha)).toBeLessThan(0.02)
    expect(Math.abs(found.beta / law.beta - 1)).toBeLessThan(0.25)
    expect(Math.abs((found.peakClients ?? 0) - 21.8)).toBeLessThan(3)
  })
})

describe.concurrent('the bottleneck', () => {
  test('is the connections when each is busy for 50 ms and the target serves all of them', async () => {
    await using fixture = await startFixture('capacity', { servers: 1_000, serviceMs: 50 })
    const found = await bottleneckBetween(fixture.url, { calmRps: 40, overloadRps: 400, maxConnections: 10 })
    expect(found, found.evidence.map(({ message }) => message).join('\n')).toMatchObject({ resource: 'connections' })
    const [shown] = found.evidence
    expect(shown).toMatchObject({ code: 'connections-full', connections: 10 })
    if (shown?.code !== 'connections-full') return
    // 10 connections, each busy for 50 ms, carry at most 200 req/s.
    expect(shown.serviceMs).toBeGreaterThanOrEqual(50)
    expect(shown.serviceMs).toBeLessThan(60)
    expect(shown.maxRps).toBeCloseTo(10_000 / shown.serviceMs)
  })

  test('is a wait inside the target when four servers of 10 ms process all requests', async () => {
    await using fixture = await startFixture('capacity', { servers: 4, serviceMs: 10 })
    const found = await bottleneckBetween(fixture.url, { calmRps: 80, overloadRps: 800, maxConnections: 100 })
    expect(found, found.evidence.map(({ message }) => message).join('\n')).toMatchObject({
      resource: 'downstream-wait',
    })
  })

  test('is not identified for a target that holds both rates', async () => {
    await using fixture = await startFixture('capacity', { servers: 1_000, serviceMs: 10 })
    const found = await bottleneckBetween(fixture.url, { calmRps: 40, overloadRps: 400, maxConnections: 100 })
    expect(found, found.evidence.map(({ message }) => message).join('\n')).toMatchObject({ resource: null })
  })
})
