import { describe, expect, test } from 'vitest'
import { type Fixture, startFixture } from '../../fixtures/index.ts'
import type { LoadResult } from '../model/result.ts'
import { runLoad, startLoad } from './index.ts'

const plan = { rate: 200, duration: 4_400, maxConnections: 10, tracing: 'off' } as const

function run({ url }: Pick<Fixture<'metrics'>, 'url'>, openMetrics = `${url}/metrics`): Promise<LoadResult> {
  return runLoad({ ...plan, target: url, monitor: { openMetrics } })
}

/** The whole schedule was sent and answered, and nothing of it was a scrape. */
function expectUndisturbed(result: LoadResult): void {
  expect(result).toMatchObject({ ended: 'completed', requestsScheduled: 880, successes: 880 })
}

describe.concurrent('a target that is watched by its page of metrics', () => {
  test('is seen as its own process is, each second, and the scrapes are no traffic', async () => {
    await using fixture = await startFixture('metrics', {})
    const [result, beside] = await Promise.all([
      run(fixture),
      runLoad({ ...plan, rate: 1, target: fixture.url, monitor: { pid: fixture.pid } }),
    ])
    expectUndisturbed(result)
    const { pids, samples, unwatched } = result.target
    expect([pids, unwatched]).toEqual([[], undefined])
    expect(samples).toHaveLength(4)
    const [told, seen] = [samples.at(-1), beside.target.samples.at(-1)]
    expect((told?.rssMb ?? 0) / (seen?.rssMb ?? 1)).toBeCloseTo(1, 0)
    expect(told?.openSockets).toBeGreaterThan(0)
    expect(told?.eventLoopDelayMs).toBeGreaterThan(0)
    expect(samples.map(({ cpuPercent }) => typeof cpuPercent)).toEqual(samples.map(() => 'number'))
    // One before the measured part, and one each second.
    expect(await fixture.control.scrapes()).toBe(5)
  })

  test('has used the CPU that it burnt', async () => {
    await using fixture = await startFixture('metrics', {})
    const load = startLoad({ ...plan, target: fixture.url, monitor: { openMetrics: `${fixture.url}/metrics` } })
    await load[Symbol.asyncIterator]().next()
    await fixture.control.burn(600)
    const seen = (await load.result).target.samples.filter(({ cpuPercent }) => cpuPercent !== null)
    // A page that cannot be had while the server computes is made up for by the next one, which tells of the time since.
    const lengthsMs = seen.map(({ atMs }, i) => atMs - (seen[i - 1]?.atMs ?? 0))
    const burntMs = seen.reduce((sum, { cpuPercent }, i) => sum + ((cpuPercent ?? 0) / 100) * (lengthsMs[i] ?? 0), 0)
    // What the requests cost comes on top.
    expect(burntMs).toBeGreaterThan(500)
    expect(burntMs).toBeLessThan(1_500)
  })

  test.each([
    ['fails', 'it answered with 500'],
    ['html', 'none of its lines is about the CPU or the memory of a process'],
    ['hangs', 'no answer within 800 ms'],
  ] as const)('is unwatched where the page %s, which the load does not feel', async (metrics, why) => {
    await using fixture = await startFixture('metrics', { metrics })
    const result = await run(fixture)
    expectUndisturbed(result)
    expect(result.target).toMatchObject({ samples: [], unwatched: `${fixture.url}/metrics cannot be read: ${why}` })
  })

  test('is unwatched where nothing listens at the page', async () => {
    await using fixture = await startFixture('metrics', {})
    const result = await run(fixture, 'http://127.0.0.1:9/metrics')
    expectUndisturbed(result)
    expect(result.target.unwatched).toBe('http://127.0.0.1:9/metrics cannot be read: connect ECONNREFUSED 127.0.0.1:9')
  })

  test('is not looked for at a host that is not allowed', async () => {
    await using fixture = await startFixture('metrics', {})
    await expect(run(fixture, 'http://192.0.2.1/metrics')).rejects.toMatchObject({ code: 'ERR_LOAD_TARGET_REFUSED' })
    expect(await fixture.control.counts()).toMatchObject({ requests: 0 })
  })
})
