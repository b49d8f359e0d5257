import type { Delays } from '../model/delays.ts'
import type { Count, Ms } from '../model/units.ts'
import { type ThreadTime, ThreadTimeFile, ThreadWaits } from './monitor/thread-waits.ts'

/** Minimum time between two readings of /proc. A reading takes some 20 µs. */
const READ_MS: Ms = 2
/** Minimum time for which a thread runs without a break, such as in a garbage collection, that counts as a delay. */
const BLOCKED_MS: Ms = 2
/** Share of a time span that a blocked thread runs. */
const BLOCKED = 0.9
/** Lateness of a request that a timer causes on a quiet machine. */
const PUNCTUAL_MS: Ms = 2
/** Maximum aftermath of a delay: how far before its request a delay may lie that made it wait behind others. */
const AFTERMATH_MS: Ms = 2_000
/** Lateness of a regular check that its timer causes on a quiet machine. */
const TIMER_MS: Ms = 1.5
/** Distance between two totals that are kept for the aftermath. */
const MARK_MS: Ms = 100

/** Where the times of the threads come from. */
export interface ThreadTimes {
  /** Of the calling thread; undefined if the system does not report them. */
  own(): ThreadTime | undefined
  /** Sum of the waits of the target's threads, from any start. */
  targetWaitedMs(): Ms
}

/**
 * Measures how long the machine kept the calling thread or the target from running: the thread waited for a core, was
 * blocked, or ran late for another reason; a thread of the target waited for a core. Within a time span these add up to
 * at most its length.
 *
 * A delay also affects later requests, which wait behind those that it held up. Therefore a request that becomes due
 * while more requests are in flight than usual counts the delays since the last request that was on time and found no
 * more of them than usual.
 */
export class CoreDelays implements Delays {
  readonly #times: ThreadTimes
  readonly #inFlight = new RunningMedian()
  #totalMs: Ms = 0
  #readMs: Ms = Number.NEGATIVE_INFINITY
  #own: ThreadTime | undefined
  #targetWaitedMs: Ms = 0
  /** When the next regular check of the thread is due. */
  #checkMs: Ms = Number.POSITIVE_INFINITY
  /** Total at the last time at which no delay affected a request. */
  #calmMs: Ms = 0
  readonly #marks: { readonly atMs: Ms; readonly totalMs: Ms }[] = []

  constructor(times: ThreadTimes) {
    this.#times = times
  }

  checked(nowMs: Ms, everyMs: Ms): void {
    this.#read(nowMs)
    this.#checkMs = nowMs + everyMs + TIMER_MS
    if (nowMs - (this.#marks.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < MARK_MS) return
    this.#marks.push({ atMs: nowMs, totalMs: this.#totalMs })
    while ((this.#marks[1]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs - AFTERMATH_MS) this.#marks.shift()
  }

  before(dueMs: Ms, lagMs: Ms, inFlight: Count): Ms {
    // While no check is due, the start of a request is one.
    if (this.#checkMs === Number.POSITIVE_INFINITY) this.#checkMs = dueMs - lagMs + TIMER_MS
    this.#read(dueMs)
    this.#inFlight.add(inFlight)
    this.#calmMs = Math.max(this.#calmMs, this.#marks[0]?.totalMs ?? 0)
    if (inFlight > this.#inFlight.value) return this.#calmMs
    // Requests that became due during the same delay follow, and wait behind this one.
    if (lagMs <= PUNCTUAL_MS) this.#calmMs = this.#totalMs
    return this.#totalMs
  }

  until(nowMs: Ms): Ms {
    this.#read(nowMs)
    // What was not read yet may have been a delay.
    return this.#totalMs + Math.max(0, nowMs - this.#readMs)
  }

  #read(nowMs: Ms): void {
    const elapsedMs = nowMs - this.#readMs
    if (elapsedMs < READ_MS) return
    const own = this.#times.own()
    const targetWaitedMs = this.#times.targetWaitedMs()
    if (Number.isFinite(elapsedMs)) {
      const lateMs = Math.max(0, nowMs - Math.max(this.#checkMs, this.#readMs))
      const ofThread = Math.max(lateMs, stoppedMs(this.#own, own, elapsedMs))
      this.#totalMs += Math.min(elapsedMs, ofThread + targetWaitedMs - this.#targetWaitedMs)
    }
    this.#readMs = nowMs
    this.#own = own
    this.#targetWaitedMs = targetWaitedMs
  }
}

/** Time that a thread waited for a core or was blocked. */
function stoppedMs(from: ThreadTime | undefined, to: ThreadTime | undefined, elapsedMs: Ms): Ms {
  if (from === undefined || to === undefined) return 0
  const ranMs = to.ranMs - from.ranMs
  const isBlocked = ranMs >= BLOCKED_MS && ranMs >= BLOCKED * elapsedMs
  return to.waitedMs - from.waitedMs + (isBlocked ? ranMs : 0)
}

/** Share by which one value moves the median. */
const STEP = 0.05

/** Follows the median of whole numbers that may change slowly. */
class RunningMedian {
  #value: number | undefined

  /** Rounded. 0 before the first value. */
  get value(): number {
    return Math.round(this.#value ?? 0)
  }

  add(next: number): void {
    const value = (this.#value ??= next)
    const step = STEP * Math.max(1, value)
    if (next > value) this.#value = Math.min(next, value + step)
    else this.#value = Math.max(next, value - step)
  }
}

/**
 * Returns a meter for the calling thread, a function that reads the times of this thread, and one that sets the
 * processes of the target.
 */
export function measureDelays(): {
  readonly delays: CoreDelays
  own(): ThreadTime | undefined
  watch(pids: readonly number[]): void
  close(): void
} {
  const own = new ThreadTimeFile('thread-self')
  const target = new ThreadWaits()
  let isClosed = false
  return {
    delays: new CoreDelays({ own: () => own.read(), targetWaitedMs: () => target.read() }),
    own: () => own.read(),
    watch(pids) {
      if (!isClosed) target.watch(pids)
    },
    close() {
      isClosed = true
      own.close()
      target.close()
    },
  }
}
