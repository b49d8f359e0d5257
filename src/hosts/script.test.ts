import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import type { LoadPlan } from '../plan/load-plan.ts'
import { realDelay } from '../model/real-time.ts'
import { acquireMachineLock } from './machine-lock.ts'
import { runLoad, startLoad } from './script.ts'

const entry = fileURLToPath(new URL('../index.ts', import.meta.url))

test('a script waits for a load of another process, and says for which one', { timeout: 60_000 }, async () => {
  await using target = await startFixture('plain', {})
  const temporary = mkdtempSync(join(tmpdir(), 'describe-load-script-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, maxRetries: 3 }))
  const folder = join(temporary, `describe-load-${userInfo().username}`)
  const script = join(temporary, 'check.mjs')
  writeFileSync(
    script,
    `import { runLoad, startLoad } from '${entry}'
     const plan = { target: '${target.url}', rate: 100, duration: 200 }
     // Both wait, and then run together.
     const [first, second] = await Promise.all([runLoad(plan), startLoad(plan, { name: 'second' }).result])
     console.log(first.successes, second.successes)`,
  )
  const lock = await acquireMachineLock('shop > holds 500 req/s', { signal: AbortSignal.timeout(50_000), folder })
  const child = spawn(execPath, [script], { env: { ...env, TMPDIR: temporary }, timeout: 50_000 })
  let said = ''
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    lock.release()
  })
  const code = await new Promise((resolve) => {
    child.once('close', resolve)
  })
  expect(said).toContain(
    `describe-load: waiting for another load on this machine: process ${process.pid} runs "shop > holds 500 req/s" (lock ${join(folder, 'load.lock')})\n`,
  )
  expect([code, printed]).toEqual([0, '20 20\n'])
  const next = await acquireMachineLock('next', { signal: AbortSignal.timeout(1_000), folder })
  next.release()
})

test('a run that is stopped while it waits ends without traffic', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'describe-load-script-'))
  onTestFinished(() => rmSync(temporary, { recursive: true }))
  vi.stubEnv('TMPDIR', temporary)
  onTestFinished(() => void vi.unstubAllEnvs())
  const folder = join(temporary, `describe-load-${userInfo().username}`)
  mkdirSync(folder, { mode: 0o700 })
  const holder = { pid: process.ppid, pidStartedAt: null, what: 'another load', token: 'x' }
  writeFileSync(join(folder, 'load.lock'), JSON.stringify(holder))
  const run = startLoad({ target: 'http://127.0.0.1:1', rate: 50, duration: 100 })
  const intervals = countOf(run)
  await realDelay(100)
  expect(run.metrics().ended).toBe('running')
  await expect(run.stop('enough')).resolves.toMatchObject({ ended: 'interrupted', requestsScheduled: 0 })
  await expect(intervals).resolves.toBe(0)
})

async function countOf(values: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const value of values) count += value === undefined ? 0 : 1
  return count
}

test('a run does not wait for a test of the same thread, which may wait for the run', async () => {
  const lock = await acquireMachineLock('this test', { signal: AbortSignal.timeout(50_000) })
  onTestFinished(() => lock.release())
  const run = startLoad({ target: 'http://127.0.0.1:1', rate: 50, duration: 100 })
  await expect(run.result).rejects.toMatchObject({ code: 'ERR_LOAD_TARGET_UNREACHABLE' })
})

test.each([
  ['startLoad', async (plan: LoadPlan) => startLoad(plan).result],
  ['runLoad', async (plan: LoadPlan) => runLoad(plan)],
])('Node.js prints an uncaught error of %s once, without frames of describe-load', async (_, start) => {
  for (const [plan, message] of [
    [{ target: 'http://127.0.0.1:1', rate: -1, duration: 0 }, 'the plan has 2 issues'],
    [{ target: 'http://127.0.0.1:1', rate: 50, duration: 100 }, 'no server responds at http://127.0.0.1:1'],
  ] as const) {
    const printed = inspect(await start(plan).catch((error: unknown) => error))
    expect(printed.split(message)).toHaveLength(2)
    expect(printed).not.toContain('issues: [')
    // This file is in a folder of describe-load as well.
    expect(printed.split('\n').filter((line) => /^\s+at .*\/src\//.test(line))).toEqual([])
  }
})

test('startLoad asks for the protocol if only a call of the target shows it', () => {
  const plan = { target: () => 'ws://127.0.0.1:1', request: { data: 'x' }, rate: 50, duration: 100 }
  expect(() => startLoad(plan)).toThrow(
    "protocol must be given, because the target is a function, which is called after the plan is checked, got undefined\n    → write protocol: 'tcp' or 'websocket'",
  )
})
