import type { Ms } from '../../model/units.ts'
import type { Verdict } from '../../model/verdict.ts'

/** A verdict with what it takes to word it in both polarities. */
export interface JudgedVerdict extends Verdict {
  /** The claim denied: "p99 response time not below 50 ms". */
  readonly contrary: string
  /** Why there is neither a pass nor a fail, or why the run alone decided: "cannot be told from 40 requests". */
  readonly reason?: string
  /** How a proof can be reached, in one line. */
  readonly advice?: string
  /** Length of run that the advice names; infinite where no length would do. */
  readonly adviceMs?: Ms
}
