import { expect, onTestFinished, test } from 'vitest'
import { ThreadTimeFile } from './monitor/thread-waits.ts'
import { ThreadPauses, threadTimes, type ThreadTimes } from './thread-pauses.ts'

/** Ticks at the given times, with the CPU time and wait of the thread up to each tick. */
function pausesOf(ticks: readonly (readonly [number, ThreadTimes])[]): { pauses: ThreadPauses; lateMs: number[] } {
  let times: ThreadTimes = { cpuMs: 0, runDelayMs: 0 }
  const pauses = new ThreadPauses(50, () => times)
  const lateMs = ticks.map(([atMs, used]) => {
    times = used
    return pauses.tick(atMs)
  })
  return { pauses, lateMs }
}

const NONE = { count: 0, ms: 0 }

test('reports how late each tick is, and counts short lateness as no pause', () => {
  const idle = { cpuMs: 0, runDelayMs: 0 }
  const { pauses, lateMs } = pausesOf([
    [10, idle],
    [60, idle],
    [109, idle],
    [200, idle],
    [499, idle],
  ])
  expect(lateMs).toEqual([0, 0, 0, 41, 249])
  expect(pauses.all).toEqual({ suspended: NONE, blocked: NONE, starved: NONE })
})

test.each([
  ['suspended', 'it was idle', { cpuMs: 3, runDelayMs: 1 }],
  ['suspended', 'the system does not say whether it waited', { cpuMs: 3, runDelayMs: undefined }],
  ['blocked', 'it used the CPU', { cpuMs: 1_800, runDelayMs: 100 }],
  ['starved', 'it waited for a core', { cpuMs: 100, runDelayMs: 1_800 }],
] as const)('classifies a pause as %s when %s', (cause, _, used) => {
  const { pauses } = pausesOf([
    [0, { cpuMs: 0, runDelayMs: 0 }],
    [2_050, used],
  ])
  expect(pauses.all).toEqual({ suspended: NONE, blocked: NONE, starved: NONE, [cause]: { count: 1, ms: 2_000 } })
})

test('adds up pauses', () => {
  const idle = { cpuMs: 0, runDelayMs: 0 }
  const { pauses } = pausesOf([
    [0, idle],
    [350, idle],
    [400, idle],
    [950, idle],
  ])
  expect(pauses.all.suspended).toEqual({ count: 2, ms: 800 })
})

test('detects that this thread was blocked', () => {
  const file = new ThreadTimeFile('thread-self')
  onTestFinished(() => file.close())
  const pauses = new ThreadPauses(50, () => threadTimes(file.read()))
  pauses.tick(performance.now())
  const untilCpuMs = process.threadCpuUsage().user / 1_000 + 400
  while (process.threadCpuUsage().user / 1_000 < untilCpuMs);
  pauses.tick(performance.now())
  // On a machine that gives this thread less than half of a core, the pause counts as starved.
  const { blocked, starved } = pauses.all
  expect(blocked.count + starved.count).toBe(1)
})
