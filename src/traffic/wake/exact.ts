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

/** Idle sleepers end after this time. */
const IDLE_MS: Ms = 60_000

/** A thread that sleeps, by the memory that it shares with this thread. */
interface Sleeper {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly numbers: Float64Array<SharedArrayBuffer>
}

/** Sleepers of this thread that no wake uses. Starting one takes some 40 ms of CPU, which each run would need again. */
const idle: Sleeper[] = []
let expiry: NodeJS.Timeout | undefined

function startSleeper(): Sleeper {
  const { DUE_AT, THEN_AT, WORDS, BYTES } = WAKE_LAYOUT
  const shared = new SharedArrayBuffer(BYTES)
  const sleeper = { words: new Int32Array(shared, 0, WORDS), numbers: new Float64Array(shared) }
  sleeper.numbers[DUE_AT] = sleeper.numbers[THEN_AT] = Number.POSITIVE_INFINITY
  const thread = new Worker(programFile('sleeper', import.meta.url), {
    workerData: shared,
    // The sleeper needs none of the process's flags (loaders, inspectors).
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  thread.unref()
  thread.on('exit', () => {
    const place = idle.indexOf(sleeper)
    if (place >= 0) idle.splice(place, 1)
  })
  return sleeper
}

/** Makes a sleeper that no wake uses any more available for the next one. */
function keep(sleeper: Sleeper): void {
  idle.push(sleeper)
  realTime.clearTimeout(expiry)
  expiry = realTime.setTimeout(endIdle, IDLE_MS).unref()
}

/** Sleepers end by themselves: terminating a thread from outside while others start has crashed whole processes. */
function endIdle(): void {
  const { REARMED, STOPPED } = WAKE_LAYOUT
  for (const { words } of idle.splice(0)) {
    Atomics.store(words, STOPPED, 1)
    Atomics.add(words, REARMED, 1)
    Atomics.notify(words, REARMED)
  }
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
    watch()
  }
  const set = (dueMs: Ms, thenMs: Ms): void => {
    numbers[DUE_AT] = dueMs
    numbers[THEN_AT] = thenMs
    Atomics.add(words, REARMED, 1)
  }
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
      // Ends the wait of `watch`; the next wake has its own.
      Atomics.notify(words, WOKEN)
      keep(sleeper)
    },
  }
}
