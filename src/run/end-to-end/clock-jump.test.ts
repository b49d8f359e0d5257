import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { percentileVerdict } from '../../judge/verdict/percentile.ts'
import type { LoadResult } from '../../model/result.ts'

/** Prints a line after the first measured second, and at the end the result and how far the wall clock has jumped. */
const SCRIPT = `
  const { startLoad } = await import(process.argv[1])
  const startMs = Date.now() - performance.now()
  const run = startLoad(JSON.parse(process.argv[2]))
  for await (const interval of run) {
    if (interval.startMs === 0) console.log('measuring')
  }
  const result = await run.result
  console.log(JSON.stringify({ result, jumpedMs: Date.now() - performance.now() - startMs }))
`

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')

test.concurrent.for([['forwards', '+3600'] as const, ['backwards', '-3600'] as const])(
  'a wall clock that jumps an hour %s changes no duration and no verdict',
  async ([, jump], { skip, onTestFinished }) => {
    if (library === undefined) skip("Debian's package faketime is not installed")
    const server = createServer((_request, response) => void setTimeout(() => response.end('ok'), 5))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const folder = mkdtempSync(join(tmpdir(), 'describe-load-clock-'))
    const clock = join(folder, 'clock')
    writeFileSync(clock, '+0')
    const plan = {
      target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      rate: 100,
      duration: '3s',
      requestTimeout: '20s',
    }
    const index = new URL('../../index.ts', import.meta.url).href
    const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT, index, JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        // As the clock of a machine is set: its monotonic clock does not jump.
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true })
    })
    const printed = text(child.stdout)
    await once(child.stdout, 'data')
    writeFileSync(clock, jump)
    const { result, jumpedMs } = JSON.parse((await printed).trim().split('\n').at(-1) ?? '') as {
      readonly result: LoadResult
      readonly jumpedMs: number
    }
    expect(Math.round(jumpedMs / 60_000)).toBe(Number(jump) / 60)
    expect(result).toMatchObject({ ended: 'completed', durationMs: 3_000, successes: 300, errors: 0, dropped: 0 })
    // A fourth interval has the responses that came after the schedule.
    expect(result.intervals.slice(0, 3).map(({ startMs }) => startMs)).toEqual([0, 1_000, 2_000])
    expect(result.responseTime).toMatchObject({ maxMs: expect.toSatisfy((ms: number) => ms < 20_000) })
    expect(result.generator.doubts.map(({ code }) => code)).not.toContain('generator-suspended')
    // Requests of a busy machine may be late, which makes the verdict invalid, but not by an hour.
    expect(Math.max(...(result.batches.generatorLagMs ?? []))).toBeLessThan(10_000)
    expect(percentileVerdict(result, result, { percentile: 50, limitMs: 1_000 }).verdict).not.toBe('fail')
  },
)
