import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { subjectOf } from '../subject.ts'
import { partOf } from '../verdict/evidence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { recoveryVerdict } from '../verdict/recovery-time.ts'
import { limitArgument } from './arguments.ts'

/**
 * Asserts that, within `ms` milliseconds after the overload phase, the target was as fast again as in the first phase.
 * Judges whole results.
 */
export function toRecoverWithin(received: unknown, ms: Ms): JudgedVerdict {
  const matcher = 'toRecoverWithin'
  const limitMs = limitArgument(ms, matcher, '5000')
  const { figures, run } = subjectOf(received, matcher)
  if (!hasAllRequests(figures, run)) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_SUBJECT',
      `${matcher}() judges whole results, because only these are divided into phases, got figures${partOf(figures, run)}\n` +
        `    → write expect(result).${matcher}(${limitMs})`,
    )
  }
  return recoveryVerdict(figures, run, limitMs)
}

/** Whether the figures are those of the run, or of its only operation: the phases then contain the same requests. */
function hasAllRequests(figures: JudgedFigures, run: LoadResult): boolean {
  if (figures === run) return true
  return Object.values(run.operations).includes(figures) && figures.requestsScheduled === run.requestsScheduled
}
