import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { judge, matchers } from '../../judge/matchers/index.ts'
import type { LoadResult } from '../../model/result.ts'
import { resolvePlan } from '../../plan/resolve-plan.ts'
import type { CommandTarget } from '../../model/target.ts'
import { constant, curveFrom } from '../../traffic/patterns/index.ts'
import { vocabulary } from '../vocabulary.ts'
import { PairedRun } from './paired-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'describe-load-paired-'))
const program = join(folder, 'server.mjs')
writeFileSync(
  program,
  `import { createServer } from 'node:http'
const { MS, PORT } = process.env
createServer((_, response) => setTimeout(() => response.end('ok'), Number(MS))).listen(PORT, '127.0.0.1')
`,
)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A server whose responses take `ms`. */
function server(ms: number): CommandTarget {
  return { command: [process.execPath, program], url: 'http://127.0.0.1:{port}', env: { MS: String(ms) } }
}

/** Shorter blocks than a plan may have, so that the tests take less time. */
function started(keys: object, { blockMs = 500, self = '0' } = {}): PairedRun {
  const maxPairs = 10
  const plan = resolvePlan({ rate: 80, warmUp: 0, tracing: 'off', ...keys }, vocabulary, { self })
  if (plan.comparison === undefined) throw new TypeError('the plan has a comparison')
  const comparison = { ...plan.comparison, blockMs, maxPairs }
  const durationMs = blockMs * maxPairs
  const curve = curveFrom(constant({ rate: 80 }), { durationMs, seed: plan.seed })
  const { against } = comparison
  return new PairedRun({ ...plan, durationMs, curve }, comparison, {
    openBaseline: () => Promise.resolve({ target: against as CommandTarget }),
  })
}

describe.concurrent('a run with a comparison', () => {
  test('gives both targets the same requests in turns, and shows which one is slower', async () => {
    const run = started({ target: server(60), against: server(20) })
    const result = await run.result
    const { comparison } = result
    if (comparison === undefined) throw new TypeError('the result has a comparison')
    const { baseline, pairs } = comparison

    expect([result.ended, baseline.ended]).toEqual(['completed', 'completed'])
    // It ends early, after 8 pairs that count, unless other processes slowed down a block of the faster server.
    const counted = pairs.length - comparison.excluded
    const isDisturbed = pairs.some(
      ({ candidate, baseline: other }) => (candidate.responseTime.p50Ms ?? 0) < 1.1 * (other.responseTime.p50Ms ?? 0),
    )
    expect(counted <= 8 || isDisturbed, JSON.stringify(pairs)).toBe(true)
    expect(counted === 8 || pairs.length === 10).toBe(true)
    const requests = 40 * pairs.length
    expect([result.requestsScheduled, baseline.requestsScheduled]).toEqual([requests, requests])
    expect([result.successes, baseline.successes]).toEqual([requests, requests])
    // Its own time: blocks of 500 ms.
    expect(result.durationMs).toBe(500 * pairs.length)
    expect(result.offeredRps).toBe(80)
    for (const { candidate, baseline: other } of pairs) {
      // The figures of a block exclude its first 100 ms and include responses that are late.
      expect(candidate.requests).toBeGreaterThan(20)
      expect(candidate.requests).toBeLessThan(45)
      expect(candidate.responseTime.minMs).toBeGreaterThan(55)
      expect(other.responseTime.minMs).toBeGreaterThan(15)
    }
    const verdict = matchers.toBeNoSlowerThan(result, baseline, { tolerance: 0.3 })
    // Other processes may have disturbed pairs.
    const shown = comparison.excluded > pairs.length / 4 ? 'invalid' : counted === 8 ? 'fail' : 'inconclusive'
    if (!isDisturbed) expect(verdict.verdict, judge(verdict, false, 'lean').message()).toBe(shown)

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

  test('rejects if the baseline cannot be reached', async () => {
    const run = started({ target: server(5), against: 'http://127.0.0.1:1' })
    await expect(run.result).rejects.toThrow('127.0.0.1:1')
  })

  test('rejects if the candidate cannot be started', async () => {
    const broken = { command: [process.execPath, '-e', 'process.exit(3)'], url: 'http://127.0.0.1:{port}' }
    await expect(started({ target: broken, against: server(5) }).result).rejects.toThrow('ended with code 3')
  })
})
