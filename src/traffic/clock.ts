import { realTime } from '../model/real-time.ts'
import type { Ms } from '../model/units.ts'

/** Time as it is, even where a test with fake timers has replaced it in its own thread. */
const { now } = realTime

/** Undoes what was asked of the clock; harmless once it has happened. */
export type CallOff = () => void

/** The run's clock: milliseconds since the start of the measured part, negative before it. */
export interface Clock {
  now(): Ms
  /** An instant of this clock on the machine's monotonic clock, which other threads read too. */
  toMachine(atMs: Ms): Ms
  /** Calls once, when `ms` have passed. */
  after(ms: Ms, call: () => void): CallOff
  /** Calls again and again. */
  every(ms: Ms, call: () => void): CallOff
}

/**
 * The machine's monotonic time in ms, the same in every thread. `performance.now()` alone counts from each thread's own
 * start; both read the same hardware clock, so one constant brings them together.
 */
const OFFSET_MS: Ms = measureOffset()

export function monotonicMs(): Ms {
  return now() + OFFSET_MS
}

/** Counts from its making until it is told when the measured part starts. */
export class RunClock implements Clock {
  #originMs: Ms = now()

  now(): Ms {
    return now() - this.#originMs
  }

  toMachine(atMs: Ms): Ms {
    return atMs + this.#originMs + OFFSET_MS
  }

  after(ms: Ms, call: () => void): CallOff {
    const timer = realTime.setTimeout(call, ms)
    return () => realTime.clearTimeout(timer)
  }

  every(ms: Ms, call: () => void): CallOff {
    const timer = realTime.setInterval(call, ms)
    return () => realTime.clearInterval(timer)
  }

  /** `startMs` on the machine's monotonic clock becomes zero. */
  startAt(startMs: Ms): void {
    this.#originMs = startMs - OFFSET_MS
  }
}

function measureOffset(): Ms {
  let offset = Number.NaN
  let tightest = Number.POSITIVE_INFINITY
  // The pair read closest together is the one that no preemption came between.
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
