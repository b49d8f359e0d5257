import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Ms } from '../../model/units.ts'
import { RunClock } from '../clock.ts'
import { exactWake } from './exact.ts'
import { tickWake } from './tick.ts'
import { EXACT_UP_TO_RPS, wakeKindFor } from './wake.ts'

const KINDS = [
  ['exact', exactWake],
  ['tick', tickWake],
] as const

/** Arms `count` wakes one after the other, `gapMs` apart, and returns the delay of each. */
async function latenessOf(makeWake: (typeof KINDS)[number][1], count: number, gapMs: Ms): Promise<Ms[]> {
  const clock = new RunClock()
  const lateMs: Ms[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  let dueMs = clock.now() + 50
  const wake = makeWake(clock, () => {
    lateMs.push(clock.now() - dueMs)
    if (lateMs.length === count) return resolve()
    dueMs = Math.max(dueMs + gapMs, clock.now())
    wake.arm(dueMs)
  })
  wake.arm(dueMs)
  await promise
  wake.stop()
  return lateMs.toSorted((one, other) => one - other)
}

describe.each(KINDS)('%s waking', (kind, makeWake) => {
  test('wakes at the given time, never before', async () => {
    const lateMs = await latenessOf(makeWake, 50, 7.3)
    // The event loop's timers count whole milliseconds on a different clock.
    expect(lateMs[0]).toBeGreaterThan(kind === 'exact' ? -0.01 : -1.01)
    // On a quiet machine a tenth of this is typical; here other tests run in parallel.
    expect(lateMs[25]).toBeLessThan(10)
  })

  test('an earlier time replaces a later one', async () => {
    const clock = new RunClock()
    const { promise, resolve } = Promise.withResolvers<Ms>()
    const wake = makeWake(clock, () => resolve(clock.now()))
    const fromMs = clock.now()
    wake.arm(fromMs + 60_000)
    wake.arm(fromMs + 20)
    expect((await promise) - fromMs).toBeLessThan(900)
    wake.stop()
  })

  test('wakes once per call of arm, and never when nothing is due', async () => {
    const clock = new RunClock()
    let wakes = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = makeWake(clock, () => {
      if (++wakes < 5) wake.arm(clock.now() + 5)
      else resolve()
    })
    wake.arm(clock.now() + 5)
    await promise
    await new Promise((later) => setTimeout(later, 200))
    // One extra wake is possible if the other thread read the due time just before it changed.
    expect(wakes).toBeLessThanOrEqual(7)
    wake.stop()
  })

  test('never wakes after stop', async () => {
    const clock = new RunClock()
    let wakes = 0
    const wake = makeWake(clock, () => wakes++)
    wake.arm(clock.now() + 30)
    wake.stop()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(wakes).toBe(0)
  })

  test('does not keep the process alive once it is stopped', async () => {
    const name = `${kind}Wake`
    const program = `
      import { RunClock } from '${new URL('../clock.ts', import.meta.url).href}'
      import { ${name} } from '${new URL(`./${kind}.ts`, import.meta.url).href}'
      const clock = new RunClock()
      const wake = ${name}(clock, () => {
        console.log('woken')
        wake.arm(clock.now() + 60_000)
        wake.stop()
        clearInterval(alive)
      })
      const alive = setInterval(() => {}, 1_000)
      wake.arm(clock.now() + 20)
    `
    const args = ['--no-warnings', '--input-type=module-typescript', '--eval', program]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
    expect([stdout, stderr]).toEqual(['woken\n', ''])
  })
})

describe('exact waking', () => {
  /** Arms once, and returns the first wakes in ms since then. */
  function wakesOf(
    arm: (wake: ReturnType<typeof exactWake>, fromMs: Ms) => void,
    onFirst: (wake: ReturnType<typeof exactWake>, fromMs: Ms) => void = () => {},
  ): Promise<Ms[]> {
    const clock = new RunClock()
    const { promise, resolve } = Promise.withResolvers<Ms[]>()
    const wakesMs: Ms[] = []
    const wake = exactWake(clock, () => {
      wakesMs.push(clock.now() - fromMs)
      if (wakesMs.length === 1) return onFirst(wake, fromMs)
      wake.stop()
      resolve(wakesMs)
    })
    const fromMs = clock.now()
    arm(wake, fromMs)
    return promise
  }

  test('continues with the time that follows by itself', async () => {
    const [first = 0, second = 0] = await wakesOf((wake, fromMs) => wake.arm(fromMs + 50, fromMs + 90))
    expect(first).toBeGreaterThan(49.99)
    expect(second).toBeGreaterThan(89.99)
  })

  test('wakes on time after a wake that was handled late', async () => {
    const clock = new RunClock()
    const lateMs: Ms[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    let dueMs = clock.now() + 20
    let wakes = 0
    const wake = exactWake(clock, () => {
      wakes++
      if (wakes % 2 === 0) lateMs.push(clock.now() - dueMs)
      if (lateMs.length === 20) return resolve()
      if (wakes % 2 === 1) {
        // Longer than until the time that follows.
        for (const untilMs = clock.now() + 5; clock.now() < untilMs;);
      }
      dueMs = clock.now() + 5
      wake.arm(dueMs, dueMs + 1)
    })
    wake.arm(dueMs, dueMs + 1)
    await promise
    wake.stop()
    // A sleeper that missed this wait would sleep for 50 ms.
    expect(lateMs.toSorted((one, other) => one - other)[10]).toBeLessThan(10)
  })

  test('uses the thread of a wake that has stopped, if the thread keeps them', async () => {
    const program = `
      import { once } from 'node:events'
      import { RunClock } from '${new URL('../clock.ts', import.meta.url).href}'
      import { endSleepers, exactWake, keepSleepers } from '${new URL('./exact.ts', import.meta.url).href}'
      keepSleepers()
      const clock = new RunClock()
      for (let i = 0; i < 5; i++) {
        const { promise, resolve } = Promise.withResolvers()
        const wake = exactWake(clock, resolve)
        const alive = setInterval(() => {}, 1_000)
        wake.arm(clock.now() + 5, clock.now() + 10)
        await promise
        wake.stop()
        clearInterval(alive)
      }
      console.log(process.getActiveResourcesInfo().length, globalThis.started)
      await endSleepers()
      console.log('ended')
    `
    const counted = `
      import { Worker } from 'node:worker_threads'
      import { syncBuiltinESMExports } from 'node:module'
      import threads from 'node:worker_threads'
      globalThis.started = 0
      threads.Worker = class extends Worker { constructor(...args) { super(...args); globalThis.started++ } }
      syncBuiltinESMExports()
    `
    const args = ['--no-warnings', '--import', `data:text/javascript,${encodeURIComponent(counted)}`]
    const rest = ['--input-type=module-typescript', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, [...args, ...rest], { timeout: 20_000 })
    expect(stdout).toMatch(/^\d+ 1\nended\n$/)
  })

  test('accepts an earlier time than the announced one', async () => {
    const [, second = 0] = await wakesOf(
      (wake, fromMs) => wake.arm(fromMs + 50, fromMs + 60_000),
      (wake, fromMs) => wake.arm(fromMs + 60),
    )
    expect(second).toBeGreaterThan(59.99)
    // Without a notification it would be the end of a wait of 50 ms; a busy machine is later than either.
    expect(second).toBeLessThan(900)
  })
})

test('exact waking reports its CPU time', async () => {
  const clock = new RunClock()
  const wake = exactWake(clock, () => wake.arm(clock.now() + 1))
  wake.arm(clock.now())
  const deadline = clock.now() + 10_000
  while (wake.cpuMs() === 0 && clock.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(wake.cpuMs()).toBeGreaterThan(0)
  wake.stop()
})

test.each([
  [100, 2, 'exact'],
  [EXACT_UP_TO_RPS, 4, 'exact'],
  [EXACT_UP_TO_RPS + 1, 4, 'tick'],
  [100, 1, 'tick'],
])('%d req/s on %d cores wake by %s', (peakRps, cores, kind) => {
  expect(wakeKindFor(peakRps, cores)).toBe(kind)
})
