/** The thread that sleeps until something is due (see `exact.ts`). It uses only the shared memory. */
import { workerData } from 'node:worker_threads'
import { monotonicMs } from '../clock.ts'
import { WAKE_LAYOUT } from './exact.ts'

/** Minimum gap between two wakes. Requests due within it are sent with the later wake. */
const LEAST_GAP_MS = 0.2
/** Maximum length of a wait for a due time, after which the CPU time is published again. */
const MAX_WAIT_MS = 50

const { WOKEN, REARMED, STOPPED, WORDS, DUE_AT, THEN_AT, CPU_MS } = WAKE_LAYOUT
const shared: unknown = workerData
if (!(shared instanceof SharedArrayBuffer))
  throw new TypeError('the sleeper thread requires a SharedArrayBuffer as workerData')
const words = new Int32Array(shared, 0, WORDS)
const numbers = new Float64Array(shared)

/** Interval at which the thread publishes its CPU time. */
const CPU_EVERY_MS = 200

let rearmed = -1
let dueMs = Number.POSITIVE_INFINITY
let thenMs = Number.POSITIVE_INFINITY
let lastWakeMs = 0
let lastCpuMs = 0
while (Atomics.load(words, STOPPED) === 0) {
  const latest = Atomics.load(words, REARMED)
  if (latest !== rearmed) {
    rearmed = latest
    dueMs = numbers[DUE_AT] ?? Number.POSITIVE_INFINITY
    thenMs = numbers[THEN_AT] ?? Number.POSITIVE_INFINITY
  }
  const nowMs = monotonicMs()
  const wakeMs = Math.max(dueMs, lastWakeMs + LEAST_GAP_MS)
  if (wakeMs > nowMs) {
    // Without a due time, the next run may be minutes away.
    const isArmed = dueMs !== Number.POSITIVE_INFINITY
    if (!isArmed) numbers[CPU_MS] = cpuMs()
    Atomics.wait(words, REARMED, rearmed, isArmed ? Math.min(MAX_WAIT_MS, wakeMs - nowMs) : undefined)
  } else if (Atomics.compareExchange(words, WOKEN, 0, 1) === 0) {
    lastWakeMs = nowMs
    dueMs = thenMs
    thenMs = Number.POSITIVE_INFINITY
    Atomics.notify(words, WOKEN)
  } else {
    // The dispatcher has not handled the last wake yet.
    Atomics.wait(words, WOKEN, 1, MAX_WAIT_MS)
  }
  if (nowMs - lastCpuMs > CPU_EVERY_MS) {
    lastCpuMs = nowMs
    numbers[CPU_MS] = cpuMs()
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
