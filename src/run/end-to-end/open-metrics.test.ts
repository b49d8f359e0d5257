import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { type Fixture, startFixture } from '../../../fixtures/index.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { runLoad, startLoad } from '../index.ts'

const plan = { rate: 200, duration: 4_400, maxConnections: 10, tracing: 'off' } as const

/** Long enough for a page that cannot be read: a run asks for it before it starts. */
const SHORT_MS = 1_100

function run(
  { url }: Pick<Fixture<'metrics'>, 'url'>,
  {
    openMetrics = `${url}/metrics`,
    duration = plan.duration,
  }: { readonly openMetrics?: string; readonly duration?: number } = {},
): Promise<LoadResult> {
  return runLoad({ ...plan, duration, target: url, monitor: { openMetrics } })
}

/** Expects that the whole schedule was sent and answered, and that no scrape was counted as traffic. */
function expectUndisturbed(result: LoadResult): void {
  const requestsScheduled = Math.round((plan.rate * result.durationMs) / 1_000)
  expect(result).toMatchObject({ ended: 'completed', requestsScheduled, successes: requestsScheduled })
}

/** CPU time that the samples report; each is a rate over the time since the previous one. */
function usedMs(samples: readonly TargetSample[]): number {
  // If a page cannot be read while the server computes, the next page covers that time as well.
  const seen = samples.filter(({ cpuPercent }) => cpuPercent !== null)
  return seen.reduce((sum, { atMs, cpuPercent }, i) => {
    const lengthMs = atMs - (seen[i - 1]?.atMs ?? 0)
    return sum + ((cpuPercent ?? 0) / 100) * lengthMs
  }, 0)
}

describe.concurrent('a target with a metrics page', () => {
  test('reports the resource use of its process at most once a second, without counting scrapes as traffic', async () => {
    await using fixture = await startFixture('metrics', {})
    const [result, beside] = await Promise.all([
      run(fixture),
      runLoad({ ...plan, rate: 1, target: fixture.url, monitor: { pid: fixture.pid } }),
    ])
    expectUndisturbed(result)
    const { pids, samples, unwatched } = result.target
    expect([pids, unwatched]).toEqual([[], undefined])
    // A busy machine delays pages and may lose one; samples are taken at most once a second.
    const pages = samples.filter(({ rssMb }) => rssMb !== null)
    expect(pages.length).toBeGreaterThanOrEqual(2)
    expect(samples.length).toBeLessThanOrEqual(4)
    const [reported, seen] = [pages.at(-1), beside.target.samples.at(-1)]
    expect((reported?.rssMb ?? 0) / (seen?.rssMb ?? 1)).toBeCloseTo(1, 0)
    expect(reported?.openSockets).toBeGreaterThan(0)
    expect(reported?.eventLoopDelayMs).toBeGreaterThan(0)
    // Each page after the first one reports the CPU time since the previous page.
    expect(pages.slice(1).map(({ cpuPercent }) => typeof cpuPercent)).toEqual(pages.slice(1).map(() => 'number'))
    // One scrape before the measured part, and one for each sample.
    const scrapes = await fixture.control.scrapes()
    expect(scrapes).toBeGreaterThanOrEqual(pages.length)
    expect(scrapes).toBeLessThanOrEqual(5)
  })

  test('reports the CPU time that the target used', async () => {
    await using fixture = await startFixture('metrics', {})
    const monitor = { openMetrics: `${fixture.url}/metrics` }
    const load = startLoad({ ...plan, duration: '30s', target: fixture.url, monitor })
    const pages = (): number => load.metrics().target.samples.filter(({ cpuPercent }) => cpuPercent !== null).length
    // A busy machine delays pages and may lose one, so the test waits for pages and not for a time.
    await vi.waitUntil(() => pages() > 0, { timeout: 15_000, interval: 20 })
    await fixture.control.burn(600)
    const before = pages()
    await vi.waitUntil(() => pages() > before, { timeout: 15_000, interval: 20 })
    const burntMs = usedMs((await load.stop()).target.samples)
    // The requests use additional CPU time.
    expect(burntMs).toBeGreaterThan(500)
    expect(burntMs).toBeLessThan(1_500)
  })

  test('reports CPU time that delayed the metrics page', async () => {
    await using fixture = await startFixture('metrics', {})
    let asked = 0
    // The third page comes 600 ms late, after the target computed for that long; before and after it the target is
    // idle.
    const server = createServer((_, response) => {
      const isLate = ++asked === 3
      setTimeout(() => response.end(`process_cpu_seconds_total ${asked < 3 ? 0 : 0.6}\n`), isLate ? 600 : 0)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { target } = await run(fixture, {
      openMetrics: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    })
    server.close()
    expect(usedMs(target.samples)).toBeCloseTo(600, -2)
  })

  test.each([
    ['fails', 'it answered with 500'],
    ['html', 'none of its lines reports the resource use of a process'],
    ['hangs', 'no answer within 800 ms'],
  ] as const)('is unwatched when the page %s, and the load is unaffected', async (metrics, why) => {
    await using fixture = await startFixture('metrics', { metrics })
    const result = await run(fixture, { duration: SHORT_MS })
    expectUndisturbed(result)
    expect(result.target).toMatchObject({ samples: [], unwatched: `${fixture.url}/metrics cannot be read: ${why}` })
  })

  test('is unwatched when nothing listens at the page', async () => {
    await using fixture = await startFixture('metrics', {})
    const result = await run(fixture, { openMetrics: 'http://127.0.0.1:9/metrics?token=secret', duration: SHORT_MS })
    expectUndisturbed(result)
    expect(result.target.unwatched).toBe('http://127.0.0.1:9/metrics cannot be read: connect ECONNREFUSED 127.0.0.1:9')
  })

  test('rejects a metrics page on a host that is not allowed', async () => {
    await using fixture = await startFixture('metrics', {})
    await expect(run(fixture, { openMetrics: 'http://192.0.2.1/metrics' })).rejects.toMatchObject({
      code: 'ERR_LOAD_TARGET_REFUSED',
    })
    expect(await fixture.control.counts()).toMatchObject({ requests: 0 })
  })
})
