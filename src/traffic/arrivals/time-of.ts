import type { ArrivalPattern } from '../../model/pattern.ts'
import type { Ms } from '../../model/units.ts'
import { countSlack } from '../patterns/count-slack.ts'

/** A nanosecond: nearer than any clock can tell. */
const NEAR_MS = 1e-6
/** Newton doubles its digits each time; a pattern whose λ is not the slope of its Λ would keep it going for ever. */
const MOST_NEWTON_STEPS = 12

type TwoFormulas = Pick<ArrivalPattern, 'durationMs' | 'rateAt' | 'expectedBy'>

/**
 * The first instant, not before `fromMs`, by which `expected` arrivals have come, for any pattern: from Λ and λ alone.
 * Λ(fromMs) must not be above `expected`. Where the whole pattern has fewer, its end.
 *
 * Newton's method inside a bracket that bisection narrows, as `rtsafe` in Numerical Recipes (9.4) does: the bracket
 * carries it over jumps, stretches without arrivals, and a rate that does not fit the count.
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

  // At a constant rate the bracket's first end is the answer already.
  let tMs = highMs
  for (let steps = 0; highMs - lowMs > NEAR_MS; steps++) {
    const over = pattern.expectedBy(tMs) - expected
    const rate = pattern.rateAt(tMs)
    // Where nothing arrives, Λ is right over a whole stretch: its beginning is wanted, and only bisection finds that.
    if (Math.abs(over) <= slack && rate > 0) return tMs
    if (over >= -slack) highMs = tMs
    else lowMs = tMs
    const newtonMs = steps < MOST_NEWTON_STEPS && rate > 0 ? tMs - (1_000 * over) / rate : Number.NaN
    tMs = newtonMs > lowMs && newtonMs < highMs ? newtonMs : (lowMs + highMs) / 2
  }
  return highMs
}
