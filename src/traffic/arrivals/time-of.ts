import type { ArrivalPattern } from '../../model/pattern.ts'
import type { Ms } from '../../model/units.ts'
import { countSlack } from '../patterns/count-slack.ts'

/** One nanosecond, below the resolution of any clock. */
const NEAR_MS = 1e-6
/**
 * Newton's method doubles the number of correct digits in each step. The limit ends the search for a pattern whose λ is
 * not the derivative of its Λ.
 */
const MAX_NEWTON_STEPS = 12

type TwoFormulas = Pick<ArrivalPattern, 'durationMs' | 'rateAt' | 'expectedBy'>

/**
 * Returns the first time, not before `fromMs`, by which `expected` arrivals have occurred, for any pattern, from Λ and
 * λ alone. Λ(fromMs) must not be above `expected`. Returns the end if the whole pattern has fewer arrivals.
 *
 * Uses Newton's method inside a bracket that bisection narrows, like `rtsafe` in Numerical Recipes (9.4). The bracket
 * handles jumps, intervals without arrivals, and a rate that does not match the count.
 */
export function timeOf(pattern: TwoFormulas, expected: number, fromMs: Ms): Ms {
  const slack = countSlack(expected)
  let lowMs = fromMs
  const fromCount = pattern.expectedBy(fromMs)
  if (fromCount >= expected - slack) return fromMs

  const fromRps = pattern.rateAt(fromMs)
  let reachMs = fromRps > 0 ? Math.max((1_000 * (expected - fromCount)) / fromRps, NEAR_MS) : 1
  let highMs = Math.min(fromMs + reachMs, pattern.durationMs)
  while (pattern.expectedBy(highMs) < expected - slack) {
    if (highMs >= pattern.durationMs) return pattern.durationMs
    lowMs = highMs
    reachMs *= 2
    highMs = Math.min(highMs + reachMs, pattern.durationMs)
  }

  // At a constant rate the first end of the bracket is already the answer.
  let tMs = highMs
  for (let steps = 0; highMs - lowMs > NEAR_MS; steps++) {
    const over = pattern.expectedBy(tMs) - expected
    const rate = pattern.rateAt(tMs)
    // Λ is constant over an interval without arrivals. The result must be its start, which only bisection finds.
    if (Math.abs(over) <= slack && rate > 0) return tMs
    if (over >= -slack) highMs = tMs
    else lowMs = tMs
    const newtonMs = steps < MAX_NEWTON_STEPS && rate > 0 ? tMs - (1_000 * over) / rate : Number.NaN
    tMs = newtonMs > lowMs && newtonMs < highMs ? newtonMs : (lowMs + highMs) / 2
  }
  return highMs
}
