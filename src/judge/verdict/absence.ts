import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { conclude } from './conclude.ts'
import { evidenceOfErrors, partOf, formatErrors } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { notDispatched, nothingMeasured, settle, shownFail, type Standing } from './validity.ts'
import { formatCount, formatPlural } from '../../wording/figures.ts'

/**
 * Judges whether every request that was sent succeeded. An exact count of this run; `cancelled` requests are not
 * errors.
 */
export function noErrorsVerdict(figures: JudgedFigures, run: LoadResult): JudgedVerdict {
  const { errors, errorsByClass, requestsSent } = figures
  const blamed = errors - (errorsByClass.cancelled?.count ?? 0)
  const part = partOf(figures, run)
  return conclude(
    {
      claim: `no errors${part}`,
      contrary: `some errors${part}`,
      observed: `${formatErrors(figures, errors)} in ${formatPlural(requestsSent, 'request')}`,
      causes: evidenceOfErrors(figures),
    },
    standingOf(figures, run, blamed > 0, (rest) => rest.errors > errors - blamed),
    figures,
    run,
  )
}

/** Judges whether every scheduled request was sent. An exact count of this run. */
export function noDroppedRequestsVerdict(figures: JudgedFigures, run: LoadResult): JudgedVerdict {
  const { dropped, droppedByReason, requestsScheduled } = figures
  const undispatched = droppedByReason.generator ?? 0
  const blamed = dropped - undispatched - (droppedByReason.stopped ?? 0)
  const part = partOf(figures, run)
  const claimed = {
    claim: `no dropped requests${part}`,
    contrary: `some dropped requests${part}`,
    observed: `${formatPlural(dropped, 'dropped request')} of ${formatCount(requestsScheduled)}`,
    causes: [],
  }
  const byTheTool = blamed === 0 && undispatched > 0
  const standing = byTheTool
    ? notDispatched(figures, run)
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
