import { LoadUserCodeError } from '../../model/errors.ts'
import type { ArrivalPattern, ArrivalProcessName } from '../../model/pattern.ts'
import { describeThrown } from '../../model/thrown.ts'
import type { Ms } from '../../model/units.ts'
import { countSlack } from '../patterns/count-slack.ts'
import { randomFrom } from './random.ts'
import { timeOf } from './time-of.ts'

/** The intended starts of a run, in time order. */
export interface Arrivals {
  /**
   * Returns milliseconds since the start of the pattern, never less than the previous value; Infinity after the last
   * arrival.
   */
  next(): Ms
}

/** The keys of a plan that place its arrivals on a curve. */
export interface ArrivalKeys {
  readonly arrivals: ArrivalProcessName
  readonly seed: string
  /**
   * Number of arrivals that share one intended start. λ stays in operations per second, so the process generates
   * batches at the rate λ/batchSize. An incomplete last batch is omitted.
   */
  readonly batchSize: number
}

/**
 * Returns the intended starts of a curve: the times at which its Λ reaches
 * - `uniform`: 1, 2, 3 …
 * - `jittered`: 1 − U₁, 2 − U₂, 3 − U₃ …, with U uniform in [0, 1). Each slot (n − 1, n] of Λ holds one arrival, so
 *   every count differs from the uniform one by less than 1.
 * - `poisson`: a running sum of −ln(1 − U), which are Exp(1) draws. By time rescaling (Daley and Vere-Jones, theorem
 *   7.4.I) these are the arrivals of a Poisson process of rate λ(t).
 *
 * An arrival can occur exactly at the end: a ramp from 0 to 100/s over 10 s has 500 arrivals, the last at 10 s.
 * `stream` separates the random numbers of the warm-up from those of the measured part.
 */
export function arrivalsOf(
  curve: ArrivalPattern,
  { arrivals, seed, batchSize }: ArrivalKeys,
  stream: 'arrivals' | 'warm-up' = 'arrivals',
): Arrivals {
  const { durationMs } = curve
  const random = randomFrom(seed, stream)
  const batches = curve.expectedBy(durationMs) / batchSize
  // A total of 500 that was computed as 499.999 999 999 9 still has 500 arrivals.
  const maxBatches = arrivals === 'poisson' ? batches : batches + countSlack(batches)
  let slot = 0
  let expected = 0
  let atMs = 0
  let leftInBatch = 0

  return {
    next() {
      if (leftInBatch > 0) {
        leftInBatch--
        return atMs
      }
      if (arrivals === 'poisson') {
        expected -= Math.log(1 - random.next())
      } else {
        slot++
        expected = arrivals === 'uniform' ? slot : slot - random.next()
      }
      if (!((arrivals === 'poisson' ? expected : slot) <= maxBatches)) return Number.POSITIVE_INFINITY
      const count = expected * batchSize
      const tMs = curve.timeOf ? curve.timeOf(count) : timeOf(curve, count, atMs)
      // Rounding must neither reverse the order nor move the last arrival past the end.
      atMs = Math.min(Math.max(tMs, atMs), durationMs)
      leftInBatch = batchSize - 1
      return atMs
    },
  }
}

/**
 * Returns the arrivals of a custom pattern. An error that the pattern throws is a `LoadUserCodeError`, and no arrival
 * follows it.
 */
export function guardedArrivals(arrivals: Arrivals): Arrivals {
  let failed = false
  return {
    next() {
      if (failed) return Number.POSITIVE_INFINITY
      try {
        return arrivals.next()
      } catch (cause) {
        failed = true
        throw new LoadUserCodeError('ERR_LOAD_USER_CODE', `the pattern threw ${describeThrown(cause).text}`, { cause })
      }
    },
  }
}
