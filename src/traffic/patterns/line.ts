import type { Ms, Rps } from '../../model/units.ts'

/** A rate that changes linearly from `fromRps` to `toRps` in `widthMs` milliseconds. */
export interface Line {
  readonly fromRps: Rps
  readonly toRps: Rps
  readonly widthMs: Ms
}

/** λ(t) = a + (b − a)·t/D. */
export function lineRate({ fromRps, toRps, widthMs }: Line, tMs: Ms): Rps {
  return fromRps + (toRps - fromRps) * (tMs / widthMs)
}

/** Λ(t) = at + (b − a)·t²/2D: a trapezoid. */
export function lineCount({ fromRps, toRps, widthMs }: Line, tMs: Ms): number {
  return (tMs / 1_000) * (fromRps + (toRps - fromRps) * (tMs / (2 * widthMs)))
}

/**
 * Returns the time at which `expected` arrivals have occurred: t = 2n / (a + √(a² + 2n(b − a)/D)). The textbook root
 * (−a + √…)/(b − a) subtracts two nearly equal numbers when the slope is small and divides by zero when there is none.
 * This form avoids both.
 */
export function lineTime({ fromRps, toRps, widthMs }: Line, expected: number): Ms {
  const perSecond = (toRps - fromRps) / (widthMs / 1_000)
  // When the rate falls to zero, rounding can make the radicand negative at the end.
  const rateThen = Math.sqrt(Math.max(0, fromRps * fromRps + 2 * expected * perSecond))
  const twiceMeanRate = fromRps + rateThen
  // For a count near the smallest number, the radicand underflows to 0.
  return twiceMeanRate === 0 ? 0 : (1_000 * 2 * expected) / twiceMeanRate
}
