import type { ArrivalPattern } from '../../model/pattern.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { ShippedPattern } from './pattern-kind.ts'

/** Returns Λ(D)/D: the mean arrival rate over the whole pattern. */
export function meanRate(pattern: ArrivalPattern): Rps {
  return (1_000 * pattern.expectedBy(pattern.durationMs)) / pattern.durationMs
}

/**
 * Returns the highest arrival rate of a pattern. Built-in patterns provide it. For a custom pattern it is searched for,
 * so the result can be slightly low for a narrow peak.
 */
export function peakRate(pattern: ArrivalPattern): Rps {
  return isShipped(pattern) ? pattern.peakRps : searchedPeak(pattern)
}

function isShipped(pattern: ArrivalPattern): pattern is ShippedPattern {
  return 'peakRps' in pattern && typeof pattern.peakRps === 'number'
}

const STRETCHES = 4_096
const NARROWEST_MS = 0.1

/**
 * Returns the highest rate at the ends of many intervals. If the mean rate of an interval, which Λ gives exactly, is
 * higher than that, the interval contains a hidden peak. The search then halves the interval repeatedly and follows the
 * half with more arrivals.
 */
function searchedPeak(pattern: ArrivalPattern): Rps {
  const widthMs = pattern.durationMs / STRETCHES
  let peak = pattern.rateAt(0)
  for (let i = 1; i <= STRETCHES; i++) peak = Math.max(peak, pattern.rateAt(i * widthMs))
  for (let i = 0; i < STRETCHES; i++) {
    let startMs = i * widthMs
    let endMs = startMs + widthMs
    while (endMs - startMs > NARROWEST_MS && meanBetween(pattern, startMs, endMs) > peak) {
      const middleMs = (startMs + endMs) / 2
      peak = Math.max(peak, pattern.rateAt(middleMs))
      if (meanBetween(pattern, startMs, middleMs) > meanBetween(pattern, middleMs, endMs)) endMs = middleMs
      else startMs = middleMs
    }
  }
  return peak
}

function meanBetween(pattern: ArrivalPattern, startMs: Ms, endMs: Ms): Rps {
  return (1_000 * (pattern.expectedBy(endMs) - pattern.expectedBy(startMs))) / (endMs - startMs)
}
