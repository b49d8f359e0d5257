import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { realDelay } from '../model/real-time.ts'
import { acquireMachineLock } from './machine-lock.ts'
import { startLoad } from './script.ts'

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
    `describe-load: waiting for another load on this machine: process ${process.pid} runs "shop > holds 500 req/s"\n`,
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
