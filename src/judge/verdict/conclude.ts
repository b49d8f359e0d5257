import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { describeDoubts, describeDrops, describeLoad, describeSeed } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import type { Standing } from './validity.ts'

/** The claim and the observation, without the lines that `conclude` adds to every verdict. */
export interface Claim {
  readonly claim: string
  readonly contrary: string
  readonly observed: string
  /** Lines that explain a fail. */
  readonly causes: readonly string[]
}

/** Returns the verdict with all its details, the most useful first. */
export function conclude(claimed: Claim, standing: Standing, figures: JudgedFigures, run: LoadResult): JudgedVerdict {
  const { claim, contrary, observed, causes } = claimed
  const { verdict, leaning, reason, advice, adviceMs, isUndecided, details } = standing
  const reasons = reasonsOf(standing)
  const before = [...details, ...(advice === undefined ? [] : [advice])]
  const after = [
    ...(verdict === 'fail' && reason === undefined ? causes : []),
    ...(verdict === 'pass' ? [] : describeDrops(figures, run)),
    ...describeDoubts(run, verdict),
  ]
  const [why] = [...before, ...after]
  return {
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(reasons.length > 0 && { reasons }),
    claim,
    contrary,
    observed,
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
    ...(adviceMs !== undefined && { adviceMs }),
    ...(why !== undefined && { why }),
    ...(isUndecided !== undefined && { isUndecided }),
    details: [...before, describeLoad(figures, run), ...after, describeSeed(run)],
  }
}

/** Returns the reasons of a verdict: for an invalid one, first why it is invalid. */
function reasonsOf({ verdict, reasons = [], fault, invalid: other }: Standing): NonNullable<JudgedVerdict['reasons']> {
  const invalid = fault ?? other
  return verdict === 'invalid' && invalid !== undefined ? [invalid, ...reasons] : reasons
}
