import { Worker } from 'node:worker_threads'
import { programFile } from '../../model/program-file.ts'
import { realTime } from '../../model/real-time.ts'
import type { Ms } from '../../model/units.ts'
import type { Clock } from '../clock.ts'
import type { Wake } from './wake.ts'

/**
 * Layout of the memory that the two threads share. The sleeper waits on `words[REARMED]`, which counts the calls of
 * `arm`, the dispatcher on `words[WOKEN]`. `DUE_AT` and `THEN_AT` are on the machine's monotonic clock.
 */
export const WAKE_LAYOUT = {
  WOKEN: 0,
  REARMED: 1,
  STOPPED: 2,
  WORDS: 4,
  DUE_AT: 2,
  THEN_AT: 3,
  CPU_MS: 4,
  BYTES: 40,
} as const

/**
 * Wakes by a second thread. That thread sleeps in `Atomics.wait`, whose resolution is microseconds, and notifies a word
 * that the dispatcher watches with `Atomics.waitAsync`. The delay is about 0.1 ms. After a wake, the sleeper sleeps until
 * the time that follows, so that the dispatcher need not notify it.
 */
export function exactWake(clock: Clock, onWake: () => void): Wake {
  const { WOKEN, REARMED, STOPPED, WORDS, DUE_AT, THEN_AT, CPU_MS, BYTES } = WAKE_LAYOUT
  const shared = new SharedArrayBuffer(BYTES)
  const words = new Int32Array(shared, 0, WORDS)
  const numbers = new Float64Array(shared)
  numbers[DUE_AT] = numbers[THEN_AT] = Number.POSITIVE_INFINITY
  const sleeper = new Worker(programFile('sleeper', import.meta.url), {
    workerData: shared,
    // The sleeper needs none of the process's flags (loaders, inspectors).
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  sleeper.unref()
  let stopped = false
  let armedForMs: Ms = Number.POSITIVE_INFINITY
  let armedThenMs: Ms = Number.POSITIVE_INFINITY

  const watch = (): void => {
    const waiting = Atomics.waitAsync(words, WOKEN, 0)
    if (waiting.async) void waiting.value.then(woken)
    else realTime.queueMicrotask(woken)
  }
  const woken = (): void => {
    if (stopped) return
    Atomics.store(words, WOKEN, 0)
    armedForMs = armedThenMs
    armedThenMs = Number.POSITIVE_INFINITY
    onWake()
    watch()
  }
  watch()
  return {
    kind: 'exact',
    arm(atMs, thenMs = Number.POSITIVE_INFINITY) {
      if (atMs === armedForMs && thenMs === armedThenMs) return
      numbers[DUE_AT] = clock.toMachine(atMs)
      numbers[THEN_AT] = clock.toMachine(thenMs)
      Atomics.add(words, REARMED, 1)
      // A later time needs no notification: the sleeper wakes at the old time and reads the new one. A sleeper that has
      // woken the dispatcher meanwhile may sleep longer than until the old time.
      if (atMs < armedForMs || Atomics.load(words, WOKEN) === 1) Atomics.notify(words, REARMED)
      armedForMs = atMs
      armedThenMs = thenMs
    },
    cpuMs: () => numbers[CPU_MS] ?? 0,
    stop() {
      stopped = true
      Atomics.store(words, STOPPED, 1)
      Atomics.add(words, REARMED, 1)
      Atomics.notify(words, REARMED)
      // The sleeper ends by itself: terminating a thread from outside while others start has crashed whole processes.
      Atomics.notify(words, WOKEN)
    },
  }
}
