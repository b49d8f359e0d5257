import type { Ms } from '../../model/units.ts'

/** Wakes the dispatcher when something is due. */
export interface Wake {
  readonly kind: 'exact' | 'tick'
  /**
   * Requests a wake at `atMs` of the run's clock. A later call replaces an earlier one. Infinity requests none.
   * `thenMs`: the time for which the next call will ask, if it is known. It makes that wake cheaper.
   */
  arm(atMs: Ms, thenMs?: Ms): void
  /** CPU time that waking has used outside the dispatcher's thread. */
  cpuMs(): Ms
  stop(): void
}

/**
 * Maximum rate per thread for exact waking; above it a thread wakes by ticks. Exact waking keeps the schedule lag near
 * 0.1 ms, and its cost grows with the number of wakes: on a virtual machine, each takes some 40 µs of a second core. Far
 * above a few thousand wakes per second, it would slow down the target on a small machine.
 */
export const EXACT_UP_TO_RPS = 4_000

export function wakeKindFor(peakRps: number, cores: number): Wake['kind'] {
  return peakRps <= EXACT_UP_TO_RPS && cores > 1 ? 'exact' : 'tick'
}
