import type { ArrivalPattern } from '../../model/pattern.ts'
import type { Ms } from '../../model/units.ts'
import type { Arrivals } from './index.ts'

/**
 * Groups arrivals into batches of `size` that share one intended start. The curve's λ stays in operations per second,
 * so the arrival process generates batches at the rate λ/size. An incomplete last batch is omitted.
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

/** Returns the curve with 1/size of its arrivals. */
function thinned(curve: ArrivalPattern, size: number): ArrivalPattern {
  return {
    name: curve.name,
    durationMs: curve.durationMs,
    rateAt: (tMs) => curve.rateAt(tMs) / size,
    expectedBy: (tMs) => curve.expectedBy(tMs) / size,
    ...(curve.timeOf && { timeOf: (expected: number) => curve.timeOf?.(expected * size) ?? curve.durationMs }),
  }
}
