import type { Ms } from '../../model/units.ts'
import { countSlack } from './count-slack.ts'
import type { Curve, ShippedPattern } from './pattern-kind.ts'

/**
 * Builds a pattern from its formulas, and clamps times and counts so that the formulas only see values within the
 * duration.
 */
export function patternOfCurve(name: string, durationMs: Ms, curve: Curve): ShippedPattern {
  const within = (tMs: Ms): Ms => Math.min(Math.max(tMs, 0), durationMs)
  const total = curve.expectedBy(durationMs)
  const most = total + countSlack(total)
  return {
    name,
    durationMs,
    peakRps: curve.peakRps,
    rateAt: (tMs) => curve.rateAt(within(tMs)),
    expectedBy: (tMs) => curve.expectedBy(within(tMs)),
    timeOf(expected) {
      if (expected <= 0) return 0
      return expected > most ? Number.POSITIVE_INFINITY : within(curve.timeOf(Math.min(expected, total)))
    },
    ...(curve.phases && { phases: curve.phases }),
  }
}
