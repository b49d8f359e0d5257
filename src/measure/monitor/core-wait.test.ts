import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { CoreWait } from './core-wait.ts'

function spin(): number {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test.runIf(process.platform === 'linux')('returns the wait of the thread that waited longest for a core', async () => {
  // More processes than cores, so that each has to wait.
  const spinning = Array.from({ length: 2 * availableParallelism() }, spin)
  const wait = new CoreWait()
  await sleep(300)
  expect(wait.read(spinning)).toBe(0)
  const fromMs = performance.now()
  await sleep(600)
  const waitedMs = wait.read(spinning)
  expect(waitedMs).toBeGreaterThan(50)
  expect(waitedMs).toBeLessThan(performance.now() - fromMs + 100)
})

test('returns null for processes that have ended', () => {
  expect(new CoreWait().read([2 ** 30])).toBeNull()
  expect(new CoreWait().read([])).toBeNull()
})
