import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import { describeDoubts, describeLoad, describeSeed } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import type { Standing } from './validity.ts'

/** What was claimed and what was seen, before the lines that every verdict has are added. */
export interface Claim {
  readonly claim: string
  readonly contrary: string
  readonly observed: string
  /** Lines that explain a fail. */
  readonly causes: readonly string[]
}

/** The verdict with everything a reader needs, most useful first. */
export function conclude(claimed: Claim, standing: Standing, figures: JudgedFigures, run: LoadResult): JudgedVerdict {
  const { claim, contrary, observed, causes } = claimed
  const { verdict, leaning, reasons, reason, advice, adviceMs, details } = standing
  return {
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(reasons !== undefined && reasons.length > 0 && { reasons }),
    claim,
    contrary,
    observed,
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
    ...(adviceMs !== undefined && { adviceMs }),
    details: [
      ...details,
      ...(advice === undefined ? [] : [advice]),
      describeLoad(figures, run),
      ...(verdict === 'fail' && reason === undefined ? causes : []),
      ...(verdict === 'pass' ? [] : describeDoubts(run)),
      describeSeed(run),
    ],
  }
}
