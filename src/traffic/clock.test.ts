import { Worker } from 'node:worker_threads'
import { afterEach, expect, test, vi } from 'vitest'
import { monotonicMs, RunClock } from './clock.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('time is zero at startAt and negative before it', () => {
  const clock = new RunClock()
  const startMs = monotonicMs() + 1_000
  clock.startAt(startMs)
  expect(clock.now()).toBeLessThan(-500)
  expect(clock.toMachine(0)).toBeCloseTo(startMs, 6)
  expect(clock.toMachine(clock.now())).toBeLessThanOrEqual(monotonicMs())
})

test('all threads read the same clock', async () => {
  const program = `
    import { parentPort } from 'node:worker_threads'
    import { monotonicMs } from '${new URL('clock.ts', import.meta.url).href}'
    parentPort.on('message', () => parentPort.postMessage(monotonicMs()))
  `
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`))
  for (let i = 0; i < 5; i++) {
    const beforeMs = monotonicMs()
    const thereMs = await new Promise<number>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.postMessage('')
    })
    const afterMs = monotonicMs()
    expect(thereMs).toBeGreaterThanOrEqual(beforeMs - 0.1)
    expect(thereMs).toBeLessThanOrEqual(afterMs + 0.1)
  }
  await worker.terminate()
})

test("a test's fake timers stop neither the clock nor its timers", async () => {
  vi.useFakeTimers()
  const clock = new RunClock()
  const fromMs = clock.now()
  let calls = 0
  const cancel = clock.every(5, () => calls++)
  await new Promise<void>((resolve) => clock.after(60, resolve))
  cancel()
  expect(clock.now() - fromMs).toBeGreaterThan(50)
  expect(calls).toBeGreaterThan(0)
})

test('does not call a cancelled timer', async () => {
  const clock = new RunClock()
  const call = vi.fn<() => void>()
  const cancels = [clock.after(10, call), clock.every(10, call)]
  for (const cancel of cancels) cancel()
  await new Promise<void>((resolve) => clock.after(50, resolve))
  expect(call).not.toHaveBeenCalled()
})
