import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import type { Ratio, Rps } from '../../model/units.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { conclude } from './conclude.ts'
import { FEWEST_STRETCHES } from './design-effect.ts'
import { type Counted, countedIn, evidenceOfErrors, partOf } from './evidence.ts'
import { growthOf, type Growth } from './growth.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { notDelivered, nothingMeasured, settle, shownFail, type Standing } from './validity.ts'
import { wordCount, wordPercent, wordRate } from './wording.ts'

export interface SustainedRateQuestion {
  readonly rps: Rps
  /** Allowed shortfall as a share of the rate and of its requests. */
  readonly within: Ratio
}

/** Poisson arrivals scatter by the root of their number; fewer than expected by this many roots are rare (1%). */
const POISSON_ROOTS = 2.33

/**
 * Was a rate sustained? It must have been scheduled (at least `rps · (1 − within)`; with Poisson arrivals less what
 * their scatter explains), at least a share of `1 − within` of the scheduled requests must have succeeded, and the
 * number in flight must not have grown (`growthOf`). A plan's rate starts its journeys where it has some: of such a run
 * they are what counts. Throws `ERR_LOAD_MATCHER_MODEL` for the closed model, which sends no faster than it is answered.
 */
export function sustainedRateVerdict(
  given: JudgedFigures,
  run: LoadResult,
  question: SustainedRateQuestion,
): JudgedVerdict {
  const figures = given === run ? (run.journeys ?? run) : given
  if (run.arrivals === 'closed') {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_MODEL',
      'a closed-model run (concurrency) cannot show that a rate is sustained: it sends no faster than it is answered\n' +
        '    → give the plan a rate instead of concurrency',
    )
  }
  const { rps, within } = question
  // Who thinks is under way as well: whether a target falls behind shows in the requests of the journeys.
  const growth = growthOf(figures === run.journeys ? run : figures)
  const counted = countedIn(figures, run)
  const subject = `${wordRate(rps, counted.rate)}${figures === run.journeys ? '' : partOf(figures, run)}`
  return conclude(
    {
      claim: `${subject} sustained`,
      contrary: `${subject} not sustained`,
      observed: describeObserved(figures, growth, counted),
      causes: [...(growth?.shown === true ? [describeGrowth(growth, within)] : []), ...evidenceOfErrors(figures)],
    },
    standingOf(figures, run, question, growth),
    figures,
    run,
  )
}

function standingOf(
  figures: JudgedFigures,
  run: LoadResult,
  { rps, within }: SustainedRateQuestion,
  growth: Growth | undefined,
): Standing {
  const { requestsScheduled, droppedByReason, offeredRps } = figures
  if (requestsScheduled === 0) return nothingMeasured(figures)
  const neverDue = droppedByReason.generator ?? 0
  if (growth?.shown === true || isShort(figures, within, neverDue)) {
    return shownFail(figures, run, {
      failsOn: (rest) => isShort(rest, within, neverDue) || (growth?.shown === true && growthOf(rest)?.shown === true),
    })
  }
  if (isShort(figures, within)) {
    return notDelivered(
      `${wordCount(neverDue)} ${countedIn(figures, run).many} never came due: the generator could not keep up`,
      run,
    )
  }
  // A run that was ended early offered less because of that, and its plan is not to blame.
  if (run.ended !== 'completed') return settle(figures, run, { verdict: 'pass', details: [] })
  if (offeredRps < rps * (1 - within) - scatterRps(figures, run, rps)) {
    return {
      verdict: 'invalid',
      reason: 'the load was not delivered',
      details: [
        `only ${wordRate(offeredRps, countedIn(figures, run).rate)} were scheduled: give the plan a rate of ${rps}`,
      ],
    }
  }
  if (growth === undefined) return settle(figures, run, tooShort())
  return settle(figures, run, { verdict: 'pass', details: [] })
}

/** Whether too few requests succeeded, of those that met a fate of their own; `neverDue` of them are left out. */
function isShort(figures: JudgedFigures, within: Ratio, neverDue = 0): boolean {
  const { requestsScheduled, successes, droppedByReason, errorsByClass } = figures
  const of = requestsScheduled - (errorsByClass.cancelled?.count ?? 0) - (droppedByReason.stopped ?? 0) - neverDue
  return of > 0 && successes < (1 - within) * of
}

function tooShort(): Standing {
  return {
    verdict: 'inconclusive',
    reason: 'cannot be told from so short a run',
    details: [
      `it takes ${FEWEST_STRETCHES} stretches of time to see whether requests pile up: ` +
        'run for at least 3.2 s, and phases for half of their run',
    ],
  }
}

function scatterRps({ durationMs }: JudgedFigures, { arrivals }: LoadResult, rps: Rps): Rps {
  const seconds = durationMs / 1_000
  return arrivals === 'poisson' && seconds > 0 ? (POISSON_ROOTS * Math.sqrt(rps * seconds)) / seconds : 0
}

/** "421 req/s (84.2% of 15 000 requests succeeded, 790 more in flight at the end)". */
function describeObserved(
  { achievedRps, successes, requestsScheduled }: JudgedFigures,
  growth: Growth | undefined,
  { many, rate }: Counted,
): string {
  const succeeded =
    requestsScheduled === 0
      ? `no ${many}`
      : `${wordPercent(successes / requestsScheduled)} of ${wordCount(requestsScheduled)} ${many} succeeded`
  const grown = growth?.shown === true ? `, ${wordCount(growth.requests)} more in flight at the end` : ''
  return `${wordRate(achievedRps, rate)} (${succeeded}${grown})`
}

function describeGrowth({ share }: Growth, within: Ratio): string {
  const beyond = share > within ? '' : ', and would go on'
  return `requests piled up: ${wordPercent(share)} of those that arrived stayed in flight${beyond}`
}
