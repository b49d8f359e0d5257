import { once } from 'node:events'
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

/** A thread that sleeps, and the memory that it shares with this one. */
interface Sleeper {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly numbers: Float64Array<SharedArrayBuffer>
  readonly thread: Worker
}

/** Sleepers of this thread that no wake uses. */
const idle: Sleeper[] = []
let isKeeping = false

/**
 * Keeps each sleeper of this thread for the next wake, because starting one takes some 40 ms of CPU. The thread must
 * call `endSleepers` before it ends.
 */
export function keepSleepers(): void {
  isKeeping = true
}

/** Ends the idle sleepers. */
export async function endSleepers(): Promise<void> {
  await Promise.all(idle.splice(0).map(end))
}

function startSleeper(): Sleeper {
  const { DUE_AT, THEN_AT, WORDS, BYTES } = WAKE_LAYOUT
  const shared = new SharedArrayBuffer(BYTES)
  const [words, numbers] = [new Int32Array(shared, 0, WORDS), new Float64Array(shared)]
  numbers[DUE_AT] = numbers[THEN_AT] = Number.POSITIVE_INFINITY
  const thread = new Worker(programFile('sleeper', import.meta.url), {
    workerData: shared,
    // The sleeper needs none of the process's flags (loaders, inspectors).
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  thread.unref()
  return { words, numbers, thread }
}

/** A sleeper ends by itself: terminating a thread from outside while others start has crashed whole processes. */
async function end({ words, thread }: Sleeper): Promise<void> {
  const { REARMED, STOPPED } = WAKE_LAYOUT
  const ended = once(thread, 'exit')
  // Otherwise the process could end first, and terminate it.
  thread.ref()
  Atomics.store(words, STOPPED, 1)
  Atomics.add(words, REARMED, 1)
  Atomics.notify(words, REARMED)
  await ended
}

/**
 * Wakes by a second thread. That thread sleeps in `Atomics.wait`, whose resolution is microseconds, and notifies a word
 * that the dispatcher watches with `Atomics.waitAsync`. The delay is about 0.1 ms. After a wake, the sleeper sleeps until
 * the time that follows, so that the dispatcher need not notify it.
 */
export function exactWake(clock: Clock, onWake: () => void): Wake {
  const { WOKEN, REARMED, DUE_AT, THEN_AT, CPU_MS } = WAKE_LAYOUT
  const sleeper = idle.pop() ?? startSleeper()
  const { words, numbers } = sleeper
  const usedBeforeMs = numbers[CPU_MS] ?? 0
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
    // The sleeper may wait until this wake is handled.
    Atomics.notify(words, WOKEN)
    if (!stopped) watch()
  }
  const set = (dueMs: Ms, thenMs: Ms): void => {
    numbers[DUE_AT] = dueMs
    numbers[THEN_AT] = thenMs
    Atomics.add(words, REARMED, 1)
  }
  // The previous wake may have stopped before it was handled.
  Atomics.store(words, WOKEN, 0)
  watch()
  return {
    kind: 'exact',
    arm(atMs, thenMs = Number.POSITIVE_INFINITY) {
      if (stopped || (atMs === armedForMs && thenMs === armedThenMs)) return
      set(clock.toMachine(atMs), clock.toMachine(thenMs))
      // A later time needs no notification: the sleeper wakes at the old time and reads the new one. A sleeper that has
      // woken the dispatcher meanwhile may sleep longer than until the old time.
      if (atMs < armedForMs || Atomics.load(words, WOKEN) === 1) Atomics.notify(words, REARMED)
      armedForMs = atMs
      armedThenMs = thenMs
    },
    cpuMs: () => (numbers[CPU_MS] ?? 0) - usedBeforeMs,
    stop() {
      if (stopped) return
      stopped = true
      set(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
      Atomics.notify(words, REARMED)
      // Ends the wait of `watch`, and that of the sleeper for this wake.
      Atomics.store(words, WOKEN, 0)
      Atomics.notify(words, WOKEN)
      if (isKeeping) idle.push(sleeper)
      else void end(sleeper)
    },
  }
}
