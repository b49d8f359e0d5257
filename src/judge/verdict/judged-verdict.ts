import type { Ms } from '../../model/units.ts'
import type { Verdict } from '../../model/verdict.ts'

/** A verdict with the texts for both polarities. */
export interface JudgedVerdict extends Verdict {
  /** The negated claim: "p99 response time not below 50 ms". */
  readonly contrary: string
  /** What cannot be judged or is not proven, if the claim does not say that: "service level". */
  readonly subject?: string
  /** Why the verdict is neither pass nor fail, or why the state of the run decided it: "the run was aborted". */
  readonly reason?: string
  /** The line of `details` that explains the verdict best; absent if nothing explains it. */
  readonly why?: string
  /** One line that says how to get a proof. */
  readonly advice?: string
  /** Run length that the advice names; infinite if no length suffices. */
  readonly adviceMs?: Ms
  /** Only for a fail: the run was aborted before it decided the claim, so `.not` cannot be judged. */
  readonly isUndecided?: true
}
