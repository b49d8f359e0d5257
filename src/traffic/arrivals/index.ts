import type { ArrivalPattern, ArrivalProcessName, Random } from '../../model/pattern.ts'
import type { Ms } from '../../model/units.ts'
import { countSlack } from '../patterns/count-slack.ts'
import { timeOf } from './time-of.ts'

/** The intended starts of a run, in time order. */
export interface Arrivals {
  /**
   * Returns milliseconds since the start of the pattern, never less than the previous value; Infinity after the last
   * arrival.
   */
  next(): Ms
}

/**
 * Returns the schedule of a pattern: the times at which its Λ reaches
 * - `uniform`: 1, 2, 3 …
 * - `jittered`: 1 − U₁, 2 − U₂, 3 − U₃ …, with U uniform in [0, 1). Each slot (n − 1, n] of Λ holds one arrival, so every
 *   count differs from the uniform one by less than 1.
 * - `poisson`: a running sum of −ln(1 − U), which are Exp(1) draws. By time rescaling (Daley and Vere-Jones, theorem
 *   7.4.I) these are the arrivals of a Poisson process of rate λ(t).
 *
 * An arrival can occur exactly at the end: a ramp from 0 to 100/s over 10 s has 500 arrivals, the last at 10 s.
 */
export function arrivalsOf(pattern: ArrivalPattern, process: ArrivalProcessName, random: Random): Arrivals {
  const { durationMs } = pattern
  const total = pattern.expectedBy(durationMs)
  // A total of 500 that was computed as 499.999 999 999 9 still has 500 arrivals.
  const most = process === 'poisson' ? total : total + countSlack(total)
  let slot = 0
  let expected = 0
  let previousMs = 0

  return {
    next() {
      if (process === 'poisson') {
        expected -= Math.log(1 - random.next())
      } else {
        slot++
        expected = process === 'uniform' ? slot : slot - random.next()
      }
      if (!((process === 'poisson' ? expected : slot) <= most)) return Number.POSITIVE_INFINITY
      const tMs = pattern.timeOf ? pattern.timeOf(expected) : timeOf(pattern, expected, previousMs)
      // Rounding must neither reverse the order nor move the last arrival past the end.
      previousMs = Math.min(Math.max(tMs, previousMs), durationMs)
      return previousMs
    },
  }
}
