import type { PlanSummary } from '../../model/plan-summary.ts'
import type { Count, Ratio } from '../../model/units.ts'

interface Asked extends Pick<PlanSummary, 'confidence'> {
  readonly looks?: { readonly count: Count }
}

/**
 * Returns the confidence with which a run must be judged; by default, that of its plan is asked. A run with
 * `duration: { min, max }` is looked at several times and ends at the first look that decides, so each look gets an
 * equal part of the allowed errors (Bonferroni): whichever look ends the run, a verdict is wrong at most as often as
 * the asked confidence allows. `docs/calibration/duration-range.md` has the error rates.
 */
export function confidencePerLook({ confidence, looks }: Asked, asked: Ratio = confidence): Ratio {
  return looks === undefined ? asked : 1 - (1 - asked) / looks.count
}
