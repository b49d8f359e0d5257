import { expect, test, vi } from 'vitest'
import { CheckTimer } from './check-timer.ts'
import type { Clock } from './clock.ts'
import { onVirtualTime } from './virtual-run.fixture.ts'

onVirtualTime()

const clock: Pick<Clock, 'now' | 'after'> = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** Starts checks of which each returns the next of these times, and the last one again and again. */
function checksAt(returns: readonly (number | undefined)[]): { readonly times: number[]; readonly timer: CheckTimer } {
  const fromMs = performance.now()
  const times: number[] = []
  const check = (): number | undefined => {
    times.push(performance.now() - fromMs)
    return returns[Math.min(times.length, returns.length) - 1]
  }
  const timer = new CheckTimer({ clock, delays: undefined, check })
  timer.start()
  return { times, timer }
}

test('checks when something is late, at least every 20 ms, and every 100 ms while nothing can be', async () => {
  const { times, timer } = checksAt([7, 500, Number.POSITIVE_INFINITY])
  await vi.advanceTimersByTimeAsync(260)
  expect(times).toEqual([20, 27, 47, 147, 247])
  timer.endRest()
  await vi.advanceTimersByTimeAsync(20)
  expect(times.at(-1)).toBe(280)
  timer.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('ends when a check says so, and continues after one that throws', async () => {
  const ended = checksAt([5, undefined])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(ended.times).toEqual([20, 25])
  let checks = 0
  const timer = new CheckTimer({
    clock,
    delays: undefined,
    check() {
      if (++checks === 1) throw new Error('code of a protocol')
      return undefined
    },
  })
  timer.start()
  await expect(vi.advanceTimersByTimeAsync(20)).rejects.toThrow('code of a protocol')
  await vi.advanceTimersByTimeAsync(20)
  expect(checks).toBe(2)
  expect(vi.getTimerCount()).toBe(0)
})
