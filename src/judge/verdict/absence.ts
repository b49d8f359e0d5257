import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import { conclude } from './conclude.ts'
import { evidenceOfErrors, partOf, wordErrors } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { notDelivered, nothingMeasured, settle, shownFail, type Standing } from './validity.ts'
import { wordCount, wordPlural } from './wording.ts'

/** Did every request that was sent succeed? An exact count of this run; `cancelled` ones are nobody's error. */
export function noErrorsVerdict(figures: JudgedFigures, run: LoadResult): JudgedVerdict {
  const { errors, errorsByClass, requestsSent } = figures
  const blamed = errors - (errorsByClass.cancelled?.count ?? 0)
  const part = partOf(figures, run)
  return conclude(
    {
      claim: `no errors${part}`,
      contrary: `some errors${part}`,
      observed: `${wordErrors(figures, errors)} in ${wordPlural(requestsSent, 'request')}`,
      causes: evidenceOfErrors(figures),
    },
    standingOf(figures, run, blamed > 0, (rest) => rest.errors > errors - blamed),
    figures,
    run,
  )
}

/** Was every scheduled request sent? An exact count of this run. */
export function noDroppedRequestsVerdict(figures: JudgedFigures, run: LoadResult): JudgedVerdict {
  const { dropped, droppedByReason, requestsScheduled } = figures
  const neverDue = droppedByReason.generator ?? 0
  const blamed = dropped - neverDue - (droppedByReason.stopped ?? 0)
  const part = partOf(figures, run)
  const claimed = {
    claim: `no dropped requests${part}`,
    contrary: `some dropped requests${part}`,
    observed: `${wordPlural(dropped, 'dropped request')} of ${wordCount(requestsScheduled)}`,
    causes: [],
  }
  const byTheTool = blamed === 0 && neverDue > 0
  const standing = byTheTool
    ? notDelivered(`${wordPlural(neverDue, 'request')} never came due: the generator could not keep up`, run)
    : standingOf(figures, run, blamed > 0, (rest) => rest.dropped > dropped - blamed)
  return conclude(claimed, standing, figures, run)
}

function standingOf(
  figures: JudgedFigures,
  run: LoadResult,
  seen: boolean,
  failsOn: (rest: JudgedFigures) => boolean,
): Standing {
  if (figures.requestsScheduled === 0) return nothingMeasured(figures)
  return seen
    ? shownFail(figures, run, { of: 'errors', failsOn })
    : settle(figures, run, { verdict: 'pass', details: [] })
}
