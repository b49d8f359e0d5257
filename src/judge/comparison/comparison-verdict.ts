import type { ComparedMetric } from '../../model/comparison.ts'
import { countedPairs, failedByBaseline, type Part, requestsOf } from '../../model/compared-values.ts'
import type { Comparison, LoadResult } from '../../model/result.ts'
import type { Ratio } from '../../model/units.ts'
import {
  durationOfPairs,
  exclusionSentence,
  failedSentence,
  formatCompared,
  formatRatio,
  METRIC_NAMES,
} from '../../wording/comparison.ts'
import {
  formatChange,
  formatCount,
  formatDuration,
  formatList,
  formatNumber,
  formatPercent,
  formatPlural,
} from '../../wording/figures.ts'
import { describeSeed } from '../verdict/evidence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { shiftOf } from '../verdict/statistics/hodges-lehmann.ts'
import { median } from '../verdict/statistics/median.ts'
import { cutShort, type Standing } from '../verdict/validity.ts'
import { changeOf, type ComparisonQuestion, type Decision, decideAt, type MetricChange } from './compare.ts'
import { comparedErrors } from './compared-errors.ts'
import { comparedChange } from './comparison-of.ts'
import { lookAt, LOOKS } from './looks.ts'
import { requestsNeeded, typicalValues } from './pair-differences.ts'
import { usualDifference } from './usual-difference.ts'

/** Number of excluded pairs whose reason is named. */
const EXCLUSIONS_SHOWN = 3

/** Judges whether the candidate is worse than the baseline by more than the tolerance. */
export function comparisonVerdict(
  run: LoadResult,
  comparison: Comparison,
  question: ComparisonQuestion,
): JudgedVerdict {
  const { metrics, tolerance, part } = question
  const { pairs } = comparison
  const decision = decideAt(pairs, question)
  const { worst, errors } = decision
  const standing = standingOf(run, comparison, question, decision)
  const { verdict, leaning, reason, invalid, advice } = standing
  const subject = `${formatMetrics(metrics)}${part === undefined ? '' : ` of operation "${part}"`}`
  const isLess = metrics[0] === 'throughput'
  const limit = `${formatPercent(tolerance)} ${isLess ? 'below' : 'above'} the baseline's`
  const isFailing = decision.because === 'fails-more' || decision.because === 'may-fail-more'
  const details = [
    ...standing.details,
    ...(advice === undefined ? [] : [advice]),
    ...changes(comparison, part, isFailing),
    ...(verdict === 'fail' && !isFailing ? whereToLook(comparison, part) : []),
    ...(verdict === 'pass' ? [] : othersAtWork(comparison)),
    describePairs(comparison),
    describeSeed(run),
  ]
  const why = details.find((line) => line.startsWith(CAUSE)) ?? details[0]
  return {
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(verdict === 'invalid' && invalid !== undefined && { reasons: [invalid] }),
    claim: `${subject} at most ${limit}`,
    contrary: `${subject} more than ${limit}`,
    // Responses that are left are no measure of a version that fails the others.
    observed: isFailing
      ? `not comparable (${failedSentence(errors)}, ${formatPlural(countedPairs(pairs).length, 'pair')})`
      : observedOf(comparison, worst, metrics.length > 1, part),
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
    ...(why !== undefined && { why }),
    compared: {
      metrics,
      tolerance,
      ...(part !== undefined && { operation: part }),
      change: worst === undefined ? null : comparedChange(pairs, worst, part),
      errors,
    },
    details,
  }
}

/** Example: "median and mean response time". */
function formatMetrics(metrics: readonly ComparedMetric[]): string {
  const names = metrics.map((metric) => METRIC_NAMES[metric])
  const common = ' response time'
  return names.length > 1 && names.every((name) => name.endsWith(common))
    ? `${formatList(names.map((name) => name.slice(0, -common.length)))}${common}`
    : formatList(names)
}

/** Example: "15.2% above (mean, 12.3 ms against 10.7 ms, 90% interval 12.1% to 18.4%, 14 pairs)". */
function observedOf(comparison: Comparison, worst: MetricChange | undefined, isNamed: boolean, part: Part): string {
  const pairs = formatPlural(countedPairs(comparison.pairs).length, 'pair')
  if (worst === undefined) return `unknown (${pairs})`
  const { metric, ratio, interval } = worst
  const { candidate, baseline } = typicalValues(comparison, metric, part)
  const isInverse = metric === 'throughput'
  const shown = (value: number): number => (isInverse ? 1 / value : value)
  const within =
    interval === null
      ? ''
      : `, 90% interval ${interval
          .map(shown)
          .toSorted((a, b) => a - b)
          .map(formatChange)
          .join(' to ')}`
  const values = `${formatCompared(metric, candidate)} against ${formatCompared(metric, baseline)}`
  const name = isNamed ? `${METRIC_NAMES[metric].split(' ')[0] ?? metric}, ` : ''
  return `${formatRatio(shown(ratio))} (${name}${values}${within}, ${pairs})`
}

function standingOf(
  run: LoadResult,
  comparison: Comparison,
  question: ComparisonQuestion,
  { verdict, leaning, because }: Decision,
): Standing {
  const { pairs, excluded } = comparison
  if (because === 'baseline-failed') {
    const errorRate = failedByBaseline(pairs, question.part)
    return {
      verdict: 'invalid',
      reason: `the baseline failed ${formatPercent(errorRate)} of its requests`,
      invalid: { code: 'baseline-failed', errorRate },
      details: ['fix the baseline, or compare with another version'],
    }
  }
  if (because === 'fails-more') {
    return {
      verdict,
      details: firstErrors(run),
    }
  }
  if (verdict !== 'fail' && run.ended !== 'completed') return cutShort(run)
  if (because === 'pairs-disturbed') {
    return {
      verdict: 'invalid',
      reason: `${formatCount(excluded)} of ${formatPlural(pairs.length, 'pair')} were disturbed`,
      invalid: { code: 'pairs-disturbed', excluded, pairs: pairs.length },
      details: ['stop other processes, or use a machine with less other load'],
    }
  }
  if (because === 'may-fail-more') {
    return {
      verdict,
      leaning: 'fail',
      reason: 'cannot be compared: the candidate may fail more requests',
      details: firstErrors(run),
    }
  }
  if (verdict !== 'inconclusive') return { verdict, details: [] }
  return { verdict, leaning: leaning ?? 'none', ...undecided(comparison, question), details: [] }
}

/** Says why nothing is shown, and what would show it. */
function undecided(comparison: Comparison, question: ComparisonQuestion): Pick<Standing, 'reason' | 'advice'> {
  const { pairs, blockMs, discardMs, mode } = comparison
  const { metrics, part } = question
  const counted = countedPairs(pairs)
  const unknown = metrics.find((metric) => changeOf(pairs, metric, part) === undefined)
  if (unknown === 'cpu') {
    return {
      reason: part === undefined ? 'was not measured' : 'is known for all requests only',
      advice: 'the CPU time of a target is known if it runs on this machine, in a separate process, on Linux',
    }
  }
  if (unknown !== undefined && counted.length > 0) {
    const needed = requestsNeeded(unknown)
    const inBlock = median(counted.map(({ baseline }) => requestsOf(baseline, part)?.requests ?? 0))
    const neededMs = Math.ceil((blockMs - discardMs) * (needed / Math.max(1, inBlock)) + discardMs)
    return {
      reason: `cannot be compared: a block has ${formatPlural(inBlock, 'request')}, and a ${unknown} needs ${formatCount(needed)}`,
      advice:
        neededMs <= 60_000
          ? `write comparison: { block: '${Math.ceil(neededMs / 1_000)}s' }, or compare the mean`
          : 'raise the rate, or compare the mean',
    }
  }
  const look = lookAt(counted.length)
  if (look === undefined) {
    return {
      reason: `is not decided: ${formatPlural(counted.length, 'pair')} of at least ${LOOKS[0].pairs}`,
      advice: 'omit the duration, or make it longer',
    }
  }
  const [least, most] = shownWith(comparison, question)
  const next = LOOKS.find(({ pairs: needed }) => needed > counted.length)
  if (!Number.isFinite(most) && next !== undefined) {
    return {
      reason: 'is not decided',
      advice:
        `${formatPlural(counted.length, 'pair')} cannot show a slowdown of one of ${question.family ?? 1} parts: ` +
        `write ${durationOfPairs(next.pairs, { blockMs, mode })} for at least ${next.pairs}`,
    }
  }
  const more = next === undefined ? '' : `more pairs (${durationOfPairs(next.pairs, { blockMs, mode })}), `
  return {
    reason: 'is not decided',
    advice:
      `these pairs show only a slowdown of ${formatPercent(most)} or more: use a tolerance of ${formatPercent(least)} or more, ` +
      `${more}longer blocks (comparison: { block: '${Math.ceil((2 * blockMs) / 1_000)}s' }) or a quieter machine`,
  }
}

/** Returns the smallest tolerance that these pairs would pass, and the smallest slowdown that would fail. */
function shownWith(
  { pairs }: Comparison,
  { metrics, tolerance, part, family = 1 }: ComparisonQuestion,
): readonly [pass: Ratio, fail: Ratio] {
  const look = lookAt(countedPairs(pairs).length)
  const all = metrics.flatMap((metric) => changeOf(pairs, metric, part)?.differences ?? [])
  if (look === undefined || all.length === 0) return [Number.NaN, Number.NaN]
  const limits = metrics.flatMap((metric) => {
    const differences = changeOf(pairs, metric, part)?.differences
    if (differences === undefined) return []
    const { high } = shiftOf(differences, look.pass)
    const { estimate, low } = shiftOf(differences, look.fail / family / metrics.length)
    return [{ pass: high, fail: Math.log(1 + tolerance) + estimate - low }]
  })
  return [
    Math.exp(Math.max(...limits.map(({ pass }) => pass))) - 1,
    Math.exp(Math.min(...limits.map(({ fail }) => fail))) - 1,
  ]
}

function firstErrors({ errorsByClass }: LoadResult): readonly string[] {
  return Object.entries(errorsByClass)
    .slice(0, 1)
    .map(([name, { first }]) => `${name}, first error: ${first}`)
}

const SHOWN: readonly ComparedMetric[] = ['p50', 'mean', 'p95', 'cpu']

/**
 * Example: "median response time 12.3 ms, baseline 10.7 ms (+15.2%)", for each of the main metrics, and the failed
 * requests, if there are any.
 */
function changes(comparison: Comparison, part: Part, isFailing: boolean): readonly string[] {
  const errors = comparedErrors(comparison.pairs, 0, part)
  const hasFailed = errors.candidate > 0 || errors.baseline > 0
  const lines = SHOWN.flatMap((metric) => {
    const change = changeOf(comparison.pairs, metric, part)
    if (change === undefined) return []
    const { candidate, baseline } = typicalValues(comparison, metric, part)
    const values = `${formatCompared(metric, candidate)}, baseline ${formatCompared(metric, baseline)}`
    return [`${METRIC_NAMES[metric]} ${values} (${formatChange(change.ratio)})`]
  })
  const others = 'response times are those of the requests that succeeded'
  return [...(hasFailed ? [isFailing ? others : `${failedSentence(errors)}; ${others}`] : []), ...lines]
}

/** Starts a line that says where to look. */
const CAUSE = '→ '

/** A change of the CPU time below this share of that of the response time does not explain it. */
const EXPLAINS = 0.5

/** Names the operation that changed most, and whether the target computes or waits. */
function whereToLook(comparison: Comparison, part: Part): readonly string[] {
  const { pairs } = comparison
  const names = [...new Set(pairs.flatMap(({ candidate }) => Object.keys(candidate.operations)))]
  const slowest =
    part !== undefined || names.length < 2
      ? undefined
      : names
          .flatMap((name) => {
            const change = changeOf(pairs, 'mean', name)
            return change === undefined ? [] : [{ name, ratio: change.ratio }]
          })
          .toSorted((a, b) => b.ratio - a.ratio)[0]
  const mean = changeOf(pairs, 'mean', part)
  const cpu = changeOf(pairs, 'cpu')
  const computes =
    mean === undefined || cpu === undefined || !(mean.ratio > 1)
      ? undefined
      : Math.log(cpu.ratio) > EXPLAINS * Math.log(mean.ratio)
  return [
    ...(slowest === undefined
      ? []
      : [`${CAUSE}operation "${slowest.name}" changed most: mean response time ${formatChange(slowest.ratio)}`]),
    ...(computes === undefined
      ? []
      : [
          computes
            ? `${CAUSE}its CPU per request grew as well: compare CPU profiles of both versions`
            : `${CAUSE}its CPU per request did not grow as much: it waits more, for example for a database, a lock or a timer`,
        ]),
  ]
}

/** Usual difference of the load of other processes, in cores, from which it may be the reason of a slowdown. */
const NOTABLE_CORES = 0.1

/** Says if other processes work more while the candidate has load, in most pairs. */
function othersAtWork({ pairs }: Comparison): readonly string[] {
  const moreCores = usualDifference(pairs, 'foreignCores')
  if (moreCores <= NOTABLE_CORES) return []
  const more = `${formatNumber(moreCores)} cores more while the candidate had load`
  return [`${CAUSE}other processes of this machine used ${more}: its database, for example`]
}

/** Example: "14 pairs of blocks of 4 s, 2 of them not counted: …; baseline: commit 1a2b3c4". */
function describePairs({ pairs, blockMs, mode, excluded, commit, isSelf }: Comparison): string {
  const reasons = pairs.flatMap(({ excluded: exclusion }, index) =>
    exclusion === undefined ? [] : [`pair ${index + 1}: ${exclusionSentence(exclusion)}`],
  )
  const shown = reasons.slice(0, EXCLUSIONS_SHOWN).join('; ')
  const more = reasons.length > EXCLUSIONS_SHOWN ? '; …' : ''
  const notCounted = excluded === 0 ? '' : `, ${formatCount(excluded)} of them not counted (${shown}${more})`
  const same = isSelf === true ? ', the same version as the candidate' : ''
  const version =
    commit === undefined ? (isSelf === true ? 'the target itself' : undefined) : `commit ${commit.slice(0, 10)}${same}`
  const what = version === undefined ? '' : `; baseline: ${version}`
  return `${formatPlural(pairs.length, 'pair')} of blocks of ${formatDuration(blockMs)}${mode === 'duet' ? ', both at the same time' : ''}${notCounted}${what}`
}
