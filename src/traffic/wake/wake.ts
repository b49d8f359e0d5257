import type { Ms } from '../../model/units.ts'

/** Wakes the dispatcher when something is due. */
export interface Wake {
  readonly kind: 'exact' | 'tick'
  /** Asks to be woken at `atMs` of the run's clock; a later call replaces an earlier one. Infinity asks for nothing. */
  arm(atMs: Ms): void
  /** CPU time that waking itself has cost outside the dispatcher's thread. */
  cpuMs(): Ms
  stop(): void
}

/**
 * Above this rate a thread wakes by ticks. Exact waking keeps the schedule's lag near 0.1 ms, and its price grows with
 * the number of wakes: about 2 µs of a second core and 10 µs of the first for each. At a few thousand a second that is a
 * part of a core well spent; far above, it would itself slow the target on a small machine.
 */
export const EXACT_UP_TO_RPS = 4_000

export function wakeKindFor(peakRps: number, cores: number): Wake['kind'] {
  return peakRps <= EXACT_UP_TO_RPS && cores > 1 ? 'exact' : 'tick'
}
