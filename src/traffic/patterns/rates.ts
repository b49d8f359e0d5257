import type { ArrivalPattern } from '../../model/pattern.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { ShippedPattern } from './pattern-kind.ts'

/** Λ(D)/D: the mean arrival rate over the whole pattern. */
export function meanRate(pattern: ArrivalPattern): Rps {
  return (1_000 * pattern.expectedBy(pattern.durationMs)) / pattern.durationMs
}

/**
 * The highest arrival rate of a pattern. Shipped ones know it; a user's own is searched for it, so that the answer may
 * be a little low where the peak is narrow.
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
 * The highest rate seen at the ends of many stretches. Where a stretch's own mean, which Λ gives exactly, lies above
 * that, something is hidden inside: its fuller half is followed down to it.
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
