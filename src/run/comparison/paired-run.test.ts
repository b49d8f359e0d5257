import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { judge, matchers } from '../../judge/matchers/index.ts'
import type { LoadResult } from '../../model/result.ts'
import { resolvePlan } from '../../plan/resolve-plan.ts'
import type { CommandTarget } from '../../model/target.ts'
import { constant, curveFrom } from '../../traffic/patterns/index.ts'
import type { Side } from '../../model/comparison.ts'
import { median } from '../../judge/verdict/statistics/median.ts'
import { vocabulary } from '../vocabulary.ts'
import { PairedRun } from './paired-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'describe-load-paired-'))
const program = join(folder, 'server.mjs')
writeFileSync(
  program,
  `import { createServer } from 'node:http'
const { MS, SPIN_MS = '0', SERIAL_MS = '0', STATUS = '200', PORT } = process.env
let freeMs = 0
createServer((_, response) => {
  const before = process.cpuUsage()
  while (process.cpuUsage(before).user < 1_000 * Number(SPIN_MS));
  response.statusCode = Number(STATUS)
  // One request at a time.
  freeMs = Math.max(freeMs, performance.now()) + Number(SERIAL_MS)
  setTimeout(() => response.end('ok'), Number(MS) + freeMs - performance.now())
}).listen(PORT, '127.0.0.1')
`,
)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A server whose responses take `ms`. */
function server(ms: number, env: Readonly<Record<string, string>> = {}): CommandTarget {
  return { command: [process.execPath, program], url: 'http://127.0.0.1:{port}', env: { MS: String(ms), ...env } }
}

/** A server of this process that records when its requests arrive. */
async function clockedServer(): Promise<{ readonly url: string; readonly timesMs: readonly number[] }> {
  const timesMs: number[] = []
  const listening = createServer((_, response) => {
    timesMs.push(performance.now())
    response.end('ok')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void listening.close())
  await once(listening, 'listening')
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, timesMs }
}

/** Shorter blocks than a plan may have, so that the tests take less time. */
function started(keys: object, { blockMs = 500, maxPairs = 10, self = '0', isPreparing = false } = {}): PairedRun {
  const plan = resolvePlan({ rate: 80, warmUp: 0, tracing: 'off', ...keys }, vocabulary, { self })
  if (plan.comparison === undefined) throw new TypeError('the plan has a comparison')
  const comparison = { ...plan.comparison, blockMs, maxPairs }
  const durationMs = blockMs * maxPairs
  const curve = curveFrom(constant({ rate: 80 }), { durationMs, seed: plan.seed })
  const { against } = comparison
  return new PairedRun({ ...plan, durationMs, curve }, comparison, {
    openBaseline: async (signal) => {
      if (isPreparing) await once(signal, 'abort').then(() => signal.throwIfAborted())
      return { target: against as CommandTarget }
    },
  })
}

describe.concurrent('a run with a comparison', () => {
  test('gives both targets the same requests in turns, and shows which one is slower', async () => {
    // The difference is large, so that other processes of a busy machine do not hide it in any pair.
    const run = started({ target: server(200), against: server(20) })
    const result = await run.result
    const { comparison } = result
    if (comparison === undefined) throw new TypeError('the result has a comparison')
    const { baseline, pairs } = comparison

    expect([result.ended, baseline.ended]).toEqual(['completed', 'completed'])
    // It ends early, once 8 pairs count.
    const counted = pairs.length - comparison.excluded
    expect(counted >= 8 || pairs.length === 10).toBe(true)
    expect(pairs.length < 10 || comparison.excluded > 0).toBe(true)
    // Where the decision comes late, the pair that has begun is completed, but not compared.
    const loaded = result.durationMs / 500
    expect([pairs.length, pairs.length + 1]).toContain(loaded)
    const requests = 40 * loaded
    expect([result.requestsScheduled, baseline.requestsScheduled]).toEqual([requests, requests])
    expect([result.successes, baseline.successes]).toEqual([requests, requests])
    expect(result.offeredRps).toBe(80)
    for (const { candidate, baseline: other } of pairs) {
      // The figures of a block exclude its first 100 ms and include responses that are late.
      expect(candidate.requests).toBeGreaterThan(20)
      expect(candidate.requests).toBeLessThan(45)
      expect(candidate.responseTime.minMs).toBeGreaterThan(195)
      expect(other.responseTime.minMs).toBeGreaterThan(15)
    }
    const verdict = matchers.toBeNoSlowerThan(result, baseline, { tolerance: 0.3 })
    // Other processes may have disturbed pairs.
    const shown = comparison.excluded > pairs.length / 4 ? 'invalid' : counted === 8 ? 'fail' : 'inconclusive'
    expect(verdict.verdict, judge(verdict, false, 'lean').message()).toBe(shown)

    // Both servers have ended.
    const pids = [...result.target.pids, ...baseline.target.pids]
    expect(pids).toHaveLength(2)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('uses all pairs if it compares a target with itself', async () => {
    const run = started({ target: server(5), against: server(5) }, { blockMs: 200, self: '1' })
    const { comparison } = await run.result
    // Otherwise, 8 pairs would show that equal servers are equal.
    expect(comparison?.pairs).toHaveLength(10)
  })

  test('ends with the figures so far when it is stopped', async () => {
    const run = started({ target: server(5), against: server(5) })
    await new Promise((resolve) => {
      setTimeout(resolve, 4_000)
    })
    const soFar = run.metrics()
    const result = await run.stop('interrupted by SIGINT')
    expect(result.ended).toBe('interrupted')
    expect(result.comparison?.baseline.ended).toBe('interrupted')
    expect(result.comparison?.pairs.length ?? 0).toBeLessThan(10)
    expect(soFar.ended).toBe('running')
    const verdict = matchers.toBeNoSlowerThan(result, result.comparison?.baseline as LoadResult)
    expect(verdict.verdict).toBe('invalid')
  })

  test('a candidate that answers sooner completes as much', async () => {
    const run = started({ target: server(5), against: server(150) })
    const { comparison } = await run.result
    const { pairs = [] } = comparison ?? {}
    expect(pairs.length).toBeGreaterThanOrEqual(8)
    // Counted by their ends, the baseline would have a third more requests in each block.
    const completed = (side: Side): number => median(pairs.map((pair) => pair[side].completed))
    expect(Math.abs(completed('candidate') / completed('baseline') - 1)).toBeLessThan(0.1)
    for (const { candidate, baseline } of pairs) expect([candidate.requests, baseline.requests]).toEqual([32, 32])
  })

  test('shows that a candidate completes less, although its queue drains while the other side has its turn', async () => {
    const run = started({ target: server(0, { SERIAL_MS: '20' }), against: server(0) }, { maxPairs: 14 })
    const result = await run.result
    const { baseline, pairs = [] } = result.comparison ?? {}
    const rps = (side: Side): number => median(pairs.map((pair) => pair[side].throughputRps))
    expect(rps('baseline')).toBeGreaterThan(70)
    expect(rps('candidate')).toBeLessThan(60)
    const verdict = matchers.toSustainAsMuchAs(result, baseline as LoadResult)
    expect(['fail', 'invalid']).toContain(verdict.verdict)
    // All requests count, also those that were answered late.
    for (const { candidate } of pairs) expect([candidate.requests, candidate.failed]).toEqual([32, 0])
  })

  test('the limits of `abortOn` are those of the candidate', async () => {
    const keys = { target: server(5), against: server(150), abortOn: { p99Ms: 100, after: '1s' } }
    const { ended, comparison } = await started(keys).result
    expect([ended, comparison?.baseline.ended]).toEqual(['completed', 'completed'])
  })

  test('leaves out pairs in which the baseline fails, and ends when too few can remain', async () => {
    const { comparison, ended } = await started({ target: server(5), against: server(5, { STATUS: '404' }) }).result
    expect([ended, comparison?.pairs.length]).toEqual(['completed', 8])
    expect(comparison?.pairs.map(({ excluded }) => excluded?.code)).toContain('baseline-failed')
    expect(comparison?.verdict).toBe('invalid')
  })

  test('has a result if it is stopped while the baseline is prepared', async () => {
    const run = started({ target: server(5), against: server(5) }, { isPreparing: true })
    setTimeout(() => void run.stop('interrupted by SIGINT'), 300)
    const { ended, requestsScheduled } = await run.result
    expect([ended, requestsScheduled]).toEqual(['interrupted', 0])
  })

  test('rejects if the baseline cannot be reached', async () => {
    const run = started({ target: server(5), against: 'http://127.0.0.1:1' })
    await expect(run.result).rejects.toThrow('127.0.0.1:1')
  })

  test('names the baseline if it cannot be started', async () => {
    const broken = { command: [process.execPath, '-e', 'process.exit(3)'], url: 'http://127.0.0.1:{port}' }
    await expect(started({ target: server(5), against: broken }).result).rejects.toThrow(
      /^the baseline: the target could not be started: .* ended with code 3/,
    )
  })

  test('rejects if the candidate cannot be started', async () => {
    const broken = { command: [process.execPath, '-e', 'process.exit(3)'], url: 'http://127.0.0.1:{port}' }
    await expect(started({ target: broken, against: server(5) }).result).rejects.toThrow('ended with code 3')
  })
})

// These two are alone, because other runs would make requests late and measurements of CPU imprecise.
test('loads both at the same time in a duet, whose targets do not count as foreign load', async () => {
  // CPU time of other processes is counted in steps of 10 ms, so short blocks would be too imprecise.
  const run = started(
    { target: server(0, { SPIN_MS: '6' }), against: server(0), comparison: { mode: 'duet' } },
    { blockMs: 1_500, maxPairs: 5 },
  )
  const result = await run.result
  const { comparison, durationMs } = result
  if (comparison === undefined) throw new TypeError('the result has a comparison')
  const { baseline, pairs } = comparison
  expect(durationMs).toBe(1_500 * pairs.length)
  expect(pairs.map(({ startMs }) => startMs)).toEqual([0, 2_000, 4_000, 6_000, 8_000])
  expect(pairs.every(({ first }) => first === undefined)).toBe(true)
  const known = pairs.filter(({ candidate, baseline: other }) => candidate.cpuMs !== null && other.cpuMs !== null)
  expect(known.length).toBeGreaterThan(0)
  const typical = (values: readonly (number | null)[]): number => median(values.map((value) => value ?? 0))
  const cpuMs = (side: Side): number => typical(known.map((pair) => pair[side].cpuMs))
  expect(cpuMs('candidate')).toBeGreaterThan(2 * cpuMs('baseline'))
  // In the same time, both see the same other processes. The candidate, which uses half of a core, is none.
  const more = known.map(({ candidate, baseline: other }) => (other.foreignCores ?? 0) - (candidate.foreignCores ?? 0))
  expect(Math.abs(typical(more))).toBeLessThan(0.1)
  const foreign = [result, baseline].map(({ generator }) => {
    const found = generator.doubts.find((doubt) => doubt.code === 'foreign-load')
    return found === undefined ? 0 : found.cpuPercent
  })
  // Below 30%, there is no doubt.
  expect(Math.abs((foreign[0] ?? 0) - (foreign[1] ?? 0))).toBeLessThan(35)
})

test('compares with a target that a function returns', async () => {
  const [candidate, baseline] = [await clockedServer(), await clockedServer()]
  const run = started({ target: candidate.url, against: async () => baseline.url }, { blockMs: 200, maxPairs: 1 })
  expect(await run.result).toMatchObject({ successes: 16, generator: { mode: 'worker' } })
  expect([candidate.timesMs.length, baseline.timesMs.length]).toEqual([16, 16])
})

test('warms one target up after the other, and lets both become idle before the first block', async () => {
  const servers = await Promise.all([clockedServer(), clockedServer()])
  const [candidate, baseline] = servers
  const keys = { target: candidate.url, against: baseline.url, warmUp: '600ms' }
  const result = await started(keys, { maxPairs: 1 }).result
  expect(result.requestsScheduled).toBe(40)
  expect(servers.map(({ timesMs }) => timesMs.length)).toEqual([48 + 40, 48 + 40])
  const warmUpsMs = servers.map(({ timesMs }) => median(timesMs.slice(0, 48))).toSorted((a, b) => a - b)
  const [firstMs = 0, secondMs = 0] = warmUpsMs
  // 600 ms apart in the schedule.
  expect(secondMs - firstMs).toBeGreaterThan(400)
  expect(secondMs - firstMs).toBeLessThan(800)
  const measuredMs = Math.min(...servers.map(({ timesMs }) => timesMs[48] ?? 0))
  // The second half of the warm-up, and a pause of 1 s.
  expect(measuredMs - secondMs).toBeGreaterThan(1_100)
})
