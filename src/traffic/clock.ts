import { realTime } from '../model/real-time.ts'
import type { Ms } from '../model/units.ts'

/** The real `performance.now`, even if a test with fake timers has replaced it in this thread. */
const { now } = realTime

/** Cancels a timer of the clock; does nothing once it has fired. */
export type Cancel = () => void

/** The run's clock: milliseconds since the start of the measured part, negative before it. */
export interface Clock {
  now(): Ms
  /** Converts a time of this clock to the machine's monotonic clock, which other threads read too. */
  toMachine(atMs: Ms): Ms
  /** Calls `call` once, after `ms` milliseconds. */
  after(ms: Ms, call: () => void): Cancel
  /** Calls `call` every `ms` milliseconds. */
  every(ms: Ms, call: () => void): Cancel
}

/**
 * Offset from `performance.now()` of this thread to the machine's monotonic time in ms. `performance.now()` starts at
 * zero in each thread, but both read the same hardware clock, so adding one constant gives a time that all threads
 * share.
 */
const OFFSET_MS: Ms = measureOffset()

export function monotonicMs(): Ms {
  return now() + OFFSET_MS
}

/** A clock that counts from its construction until `startAt` sets the start of the measured part. */
export class RunClock implements Clock {
  #originMs: Ms = now()

  now(): Ms {
    return now() - this.#originMs
  }

  toMachine(atMs: Ms): Ms {
    return atMs + this.#originMs + OFFSET_MS
  }

  after(ms: Ms, call: () => void): Cancel {
    const timer = realTime.setTimeout(call, ms)
    return () => realTime.clearTimeout(timer)
  }

  every(ms: Ms, call: () => void): Cancel {
    const timer = realTime.setInterval(call, ms)
    return () => realTime.clearInterval(timer)
  }

  /** Sets zero to `startMs` on the machine's monotonic clock. */
  startAt(startMs: Ms): void {
    this.#originMs = startMs - OFFSET_MS
  }
}

function measureOffset(): Ms {
  let offset = Number.NaN
  let tightest = Number.POSITIVE_INFINITY
  // The pair of readings closest together is the least disturbed by preemption.
  for (let i = 0; i < 16; i++) {
    const before = now()
    const machineMs = Number(process.hrtime.bigint()) / 1e6
    const after = now()
    if (after - before < tightest) {
      tightest = after - before
      offset = machineMs - (before + after) / 2
    }
  }
  return offset
}
