import type { Distribution, JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { conclude } from './conclude.ts'
import { diagnose, MAXIMUM, partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { countOver, histogramOf } from './latencies.ts'
import { knownCounts, type LatencyOf } from './percentile-share.ts'
import { matchingInDoubt } from './unsolicited.ts'
import {
  lagDecided,
  notDispatched,
  nothingMeasured,
  settle,
  shownFail,
  type SameQuestion,
  type Standing,
} from './validity.ts'
import { formatCount, formatLimit, formatMs, formatPlural } from '../../wording/figures.ts'

export interface MaximumQuestion {
  readonly limitMs: Ms
  readonly of?: LatencyOf
}

/** Share of slow requests that delays which the machine does not report cannot cause. */
const COMMON = 0.05

function shareOver(distribution: Distribution, limitMs: Ms): Ratio {
  return distribution.count === 0 ? 0 : countOver(histogramOf(distribution), limitMs) / distribution.count
}

/**
 * Judges whether every request of this run was below a limit. The verdict is an observation and does not predict the
 * next run: a maximum grows with the number of requests. Requests without a response are over every limit.
 */
export function maximumVerdict(figures: JudgedFigures, run: LoadResult, question: MaximumQuestion): JudgedVerdict {
  const { limitMs, of = 'response' } = question
  const distribution = of === 'response' ? figures.responseTime : figures.serviceTime
  const subject = `maximum ${of} time${partOf(figures, run)}`
  const seen = distribution.maxMs === undefined ? 'no response in time' : `${formatMs(distribution.maxMs)} ms`
  const silent = figures.unanswered === 0 ? '' : `, ${formatPlural(figures.unanswered, 'request')} without a response`
  return conclude(
    {
      claim: `${subject} below ${formatLimit(limitMs)}`,
      contrary: `${subject} not below ${formatLimit(limitMs)}`,
      observed: `${seen} (n = ${formatCount(distribution.count + figures.unanswered)}${silent})`,
      causes: diagnose(figures, run, { figure: MAXIMUM, limitMs, of }),
    },
    standingOf(figures, run, question),
    figures,
    run,
  )
}

function standingOf(figures: JudgedFigures, run: LoadResult, { limitMs, of = 'response' }: MaximumQuestion): Standing {
  const distribution = of === 'response' ? figures.responseTime : figures.serviceTime
  if (figures.responsesReceived === 0 || distribution.count + figures.unanswered === 0) return nothingMeasured(figures)
  const doubted = matchingInDoubt(run)
  if (doubted !== undefined) return doubted
  const over = (judged: typeof distribution): boolean => judged.maxMs !== undefined && judged.maxMs >= limitMs
  const { unproven } = knownCounts(figures, limitMs, of)
  const undispatched = figures.droppedByReason.generator ?? 0
  const silent = ({ unanswered }: JudgedFigures): boolean => unanswered - unproven - undispatched > 0
  const timesOf = (rest: JudgedFigures): typeof distribution =>
    of === 'response' ? rest.responseTime : rest.serviceTime
  const sameQuestion: SameQuestion = {
    limitMs,
    delays: 'all',
    failsOn: (rest) => silent(rest) || over(timesOf(rest)),
  }
  if (silent(figures)) return shownFail(figures, run, sameQuestion)
  if (over(distribution)) {
    const isCommon: SameQuestion = { limitMs, failsOn: (rest) => shareOver(timesOf(rest), limitMs) >= COMMON }
    return of === 'service' || over(figures.targetTime)
      ? [isCommon, sameQuestion]
          .map((question) => shownFail(figures, run, question))
          .reduce((first, second) => (first.verdict === 'fail' ? first : second))
      : lagDecided(figures, run, 'the maximum', figures.targetTime.maxMs ?? null)
  }
  if (figures.unanswered === 0) return settle(figures, run, { verdict: 'pass', details: [] })
  if (undispatched > 0) return notDispatched(figures, run)
  return settle(figures, run, {
    verdict: 'inconclusive',
    leaning: 'none',
    reason: `cannot be judged: ${formatPlural(figures.unanswered, 'request')} without a response ${figures.unanswered === 1 ? 'was' : 'were'} cancelled or never sent`,
    details: [],
  })
}
