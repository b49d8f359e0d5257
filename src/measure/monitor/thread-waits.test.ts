import { readdirSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { ThreadTimeFile, ThreadWaits } from './thread-waits.ts'

const waits = new ThreadWaits()
afterEach(() => waits.close())

const isLinux = process.platform === 'linux'

test.runIf(isLinux)('reads how long this thread ran', () => {
  const file = new ThreadTimeFile('thread-self')
  const before = file.read()?.ranMs ?? Number.NaN
  for (const fromMs = performance.now(); performance.now() - fromMs < 20;);
  expect((file.read()?.ranMs ?? 0) - before).toBeGreaterThan(0)
  file.close()
  expect(file.read()).toBeUndefined()
})

test('reads nothing of a thread that does not exist', () => {
  expect(new ThreadTimeFile(`${2 ** 30}/task/1`).read()).toBeUndefined()
})

test.runIf(isLinux)('adds up the waits of a few threads, and closes what it opened', () => {
  const open = (): number => readdirSync('/proc/self/fd').length
  const before = open()
  waits.watch([process.pid])
  const opened = open() - before
  expect(opened).toBeGreaterThan(0)
  expect(opened).toBeLessThanOrEqual(6)
  expect(waits.read()).toBe(0)
  for (const fromMs = performance.now(); performance.now() - fromMs < 20;);
  expect(waits.read()).toBeGreaterThanOrEqual(0)
  waits.watch([])
  expect(open()).toBe(before)
})
