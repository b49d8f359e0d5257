import type { ArrivalPattern } from '../../model/pattern.ts'
import type { Ms } from '../../model/units.ts'
import type { Arrivals } from './index.ts'

/**
 * Arrivals in batches of `size` that share one intended start: λ of the curve stays operations per second, so batches
 * come at λ/size, as the arrival process has them. A last batch that would not be full does not come.
 */
export function inBatches(
  size: number,
  curve: ArrivalPattern,
  arrivals: (curve: ArrivalPattern) => Arrivals,
): Arrivals {
  if (size === 1) return arrivals(curve)
  const batches = arrivals(thinned(curve, size))
  let atMs: Ms = Number.NaN
  let left = 0
  return {
    next() {
      if (left === 0) {
        atMs = batches.next()
        left = size
      }
      left--
      return atMs
    },
  }
}

/** The curve with 1/size of its arrivals. */
function thinned(curve: ArrivalPattern, size: number): ArrivalPattern {
  return {
    name: curve.name,
    durationMs: curve.durationMs,
    rateAt: (tMs) => curve.rateAt(tMs) / size,
    expectedBy: (tMs) => curve.expectedBy(tMs) / size,
    ...(curve.timeOf && { timeOf: (expected: number) => curve.timeOf?.(expected * size) ?? curve.durationMs }),
  }
}
