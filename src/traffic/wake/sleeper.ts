/** The thread that sleeps until something is due (see `exact.ts`). It touches nothing but the shared words. */
import { workerData } from 'node:worker_threads'
import { monotonicMs } from '../clock.ts'
import { WAKE_LAYOUT } from './exact.ts'

/** Wakes closer together than this are joined: what is due by then goes out with the later one. */
const LEAST_GAP_MS = 0.2
/** The wait is cut into pieces, so that a torn read of the due instant can never oversleep by more. */
const LONGEST_WAIT_MS = 50

const { WOKEN, REARMED, STOPPED, WORDS, DUE_AT, CPU_MS } = WAKE_LAYOUT
const shared: unknown = workerData
if (!(shared instanceof SharedArrayBuffer)) throw new TypeError('the sleeper needs the shared words')
const words = new Int32Array(shared, 0, WORDS)
const numbers = new Float64Array(shared)

/** How often the price of waking is written down. */
const CPU_EVERY_MS = 200

let lastWakeMs = 0
let lastCpuMs = 0
while (Atomics.load(words, STOPPED) === 0) {
  const rearmed = Atomics.load(words, REARMED)
  const nowMs = monotonicMs()
  const dueMs = Math.max(numbers[DUE_AT] ?? Number.POSITIVE_INFINITY, lastWakeMs + LEAST_GAP_MS)
  if (dueMs > nowMs) {
    Atomics.wait(words, REARMED, rearmed, Math.min(LONGEST_WAIT_MS, dueMs - nowMs))
  } else if (Atomics.compareExchange(words, WOKEN, 0, 1) === 0) {
    lastWakeMs = nowMs
    Atomics.notify(words, WOKEN)
  } else {
    // The dispatcher has not come round yet; it will arm again when it does.
    Atomics.wait(words, REARMED, rearmed, LONGEST_WAIT_MS)
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
