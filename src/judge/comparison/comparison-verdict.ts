import type { ComparedMetric } from '../../model/comparison.ts'
import type { Comparison, LoadResult } from '../../model/result.ts'
import type { Ratio } from '../../model/units.ts'
import { exclusionSentence, formatChange, formatCompared, formatRatio, METRIC_NAMES } from '../../wording/comparison.ts'
import { formatCount, formatDuration, formatList, formatPercent, formatPlural } from '../../wording/figures.ts'
import { describeSeed } from '../verdict/evidence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { shiftOf } from '../verdict/statistics/hodges-lehmann.ts'
import { median } from '../verdict/statistics/median.ts'
import { cutShort, type Standing } from '../verdict/validity.ts'
import { changeOf, type Decision, decideAt, type MetricChange } from './compare.ts'
import { decide, lookAt, LOOKS } from './looks.ts'
import { countedPairs, type Part, requestsNeeded, requestsOf, typicalValues } from './pair-differences.ts'

/** What is asserted of a comparison. */
export interface ComparisonQuestion {
  readonly metrics: readonly [ComparedMetric, ...ComparedMetric[]]
  /** Allowed excess: 0.05 allows 5% more time, or 5% fewer requests. */
  readonly tolerance: Ratio
  /** Name of an operation; undefined for all requests. */
  readonly part: Part
}

/** Excess of failed requests, as a share, that makes response times incomparable: a failed request has none. */
const FAILURES = 0.01
/** Share of failed requests of the baseline from which there is nothing to compare with. */
const USELESS = 0.5
/** Number of excluded pairs whose reason is named. */
const EXCLUSIONS_SHOWN = 3

/** Judges whether the candidate is worse than the baseline by more than the tolerance. */
export function comparisonVerdict(
  run: LoadResult,
  comparison: Comparison,
  { metrics, tolerance, part }: ComparisonQuestion,
): JudgedVerdict {
  const decision = decideAt(comparison.pairs, tolerance, metrics, part)
  const { worst } = decision
  const standing = standingOf(run, comparison, { metrics, tolerance, part }, decision)
  const { verdict, leaning, reason, invalid, advice } = standing
  const subject = `${formatMetrics(metrics)}${part === undefined ? '' : ` of operation "${part}"`}`
  const isLess = metrics[0] === 'throughput'
  const limit = `${formatPercent(tolerance)} ${isLess ? 'below' : 'above'} the baseline's`
  const details = [
    ...standing.details,
    ...(advice === undefined ? [] : [advice]),
    ...changes(comparison, part),
    ...(verdict === 'fail' ? whereToLook(comparison, part) : []),
    describePairs(comparison),
    describeSeed(run),
  ]
  const [why] = details
  return {
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(verdict === 'invalid' && invalid !== undefined && { reasons: [invalid] }),
    claim: `${subject} at most ${limit}`,
    contrary: `${subject} more than ${limit}`,
    observed: observedOf(comparison, worst, metrics.length > 1, part),
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
    ...(why !== undefined && { why }),
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
  { metrics, tolerance, part }: ComparisonQuestion,
  decision: Decision,
): Standing {
  const { pairs } = comparison
  const counted = countedPairs(pairs)
  const failures = failedMore(comparison, part)
  if (failures.baseline > USELESS) {
    return {
      verdict: 'invalid',
      reason: `the baseline failed ${formatPercent(failures.baseline)} of its requests`,
      invalid: { code: 'baseline-failed', errorRate: failures.baseline },
      details: ['fix the baseline, or compare with another version'],
    }
  }
  if (failures.isShown) {
    const reason = `the candidate failed ${formatPercent(failures.candidate)} of the requests, the baseline ${formatPercent(failures.baseline)}`
    return { verdict: 'fail', reason, details: firstErrors(run) }
  }
  if (decision.verdict !== 'fail' && run.ended !== 'completed') return cutShort(run)
  if (decision.verdict === 'invalid') {
    return {
      verdict: 'invalid',
      reason: `${formatCount(pairs.length - counted.length)} of ${formatPlural(pairs.length, 'pair')} were disturbed`,
      invalid: { code: 'pairs-disturbed', excluded: pairs.length - counted.length, pairs: pairs.length },
      details: ['stop other processes, or use a machine with less other load'],
    }
  }
  if (failures.candidate - failures.baseline > FAILURES) {
    const reason = `cannot be compared: the candidate failed ${formatPercent(failures.candidate)} of the requests, the baseline ${formatPercent(failures.baseline)}`
    return { verdict: 'inconclusive', leaning: 'fail', reason, details: firstErrors(run) }
  }
  const { verdict, leaning } = decision
  if (verdict !== 'inconclusive') return { verdict, details: [] }
  return {
    verdict,
    leaning: leaning ?? 'none',
    ...undecided(comparison, { metrics, tolerance, part }),
    details: [],
  }
}

/** Says why nothing is shown, and what would show it. */
function undecided(
  comparison: Comparison,
  { metrics, tolerance, part }: ComparisonQuestion,
): Pick<Standing, 'reason' | 'advice'> {
  const { pairs, blockMs, discardMs } = comparison
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
  const [least, most] = shownWith(comparison, { metrics, tolerance, part })
  return {
    reason: 'is not decided',
    advice:
      `this comparison shows slowdowns from ${formatPercent(most)} on: use a tolerance of ${formatPercent(least)} or more, ` +
      `longer blocks (comparison: { block: '${Math.ceil((2 * blockMs) / 1_000)}s' }) or a quieter machine`,
  }
}

/** Returns the smallest tolerance that these pairs would pass, and the smallest slowdown that would fail. */
function shownWith(
  { pairs }: Comparison,
  { metrics, tolerance, part }: ComparisonQuestion,
): readonly [pass: Ratio, fail: Ratio] {
  const look = lookAt(countedPairs(pairs).length)
  const all = metrics.flatMap((metric) => changeOf(pairs, metric, part)?.differences ?? [])
  if (look === undefined || all.length === 0) return [Number.NaN, Number.NaN]
  const limits = metrics.flatMap((metric) => {
    const differences = changeOf(pairs, metric, part)?.differences
    if (differences === undefined) return []
    const { high } = shiftOf(differences, look.pass)
    const { estimate, low } = shiftOf(differences, look.fail / metrics.length)
    return [{ pass: high, fail: Math.log(1 + tolerance) + estimate - low }]
  })
  return [
    Math.exp(Math.max(...limits.map(({ pass }) => pass))) - 1,
    Math.exp(Math.min(...limits.map(({ fail }) => fail))) - 1,
  ]
}

/** Compares the shares of failed requests, which have no comparable response time. */
function failedMore(
  { pairs }: Comparison,
  part: Part,
): { readonly candidate: Ratio; readonly baseline: Ratio; readonly isShown: boolean } {
  const counted = countedPairs(pairs)
  const shares = counted.map((pair) => {
    const share = (side: 'candidate' | 'baseline'): Ratio => {
      const block = requestsOf(pair[side], part)
      return block === undefined || block.requests === 0 ? 0 : block.failed / block.requests
    }
    return { candidate: share('candidate'), baseline: share('baseline') }
  })
  const mean = (side: 'candidate' | 'baseline'): Ratio =>
    shares.reduce((sum, share) => sum + share[side], 0) / Math.max(1, shares.length)
  const look = lookAt(counted.length)
  const differences = shares.map(({ candidate, baseline }) => candidate - baseline)
  return {
    candidate: mean('candidate'),
    baseline: mean('baseline'),
    isShown: look !== undefined && decide([differences], FAILURES, look) === 'fail',
  }
}

function firstErrors({ errorsByClass }: LoadResult): readonly string[] {
  return Object.entries(errorsByClass)
    .slice(0, 1)
    .map(([name, { first }]) => `${name}, first error: ${first}`)
}

const SHOWN: readonly ComparedMetric[] = ['p50', 'mean', 'p95', 'cpu']

/** Example: "median response time 12.3 ms, baseline 10.7 ms (+15.2%)", for each of the main metrics. */
function changes(comparison: Comparison, part: Part): readonly string[] {
  const lines = SHOWN.flatMap((metric) => {
    const change = changeOf(comparison.pairs, metric, part)
    if (change === undefined) return []
    const { candidate, baseline } = typicalValues(comparison, metric, part)
    const values = `${formatCompared(metric, candidate)}, baseline ${formatCompared(metric, baseline)}`
    return [`${METRIC_NAMES[metric]} ${values} (${formatChange(change.ratio)})`]
  })
  return lines
}

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
      : [`→ operation "${slowest.name}" changed most: mean response time ${formatChange(slowest.ratio)}`]),
    ...(computes === undefined
      ? []
      : [
          computes
            ? '→ its CPU per request grew as well: compare CPU profiles of both versions'
            : '→ its CPU per request did not grow as much: it waits more, for example for a database, a lock or a timer',
        ]),
  ]
}

/** Example: "14 pairs of blocks of 4 s, 2 of them not counted: …; baseline: commit 1a2b3c4". */
function describePairs({ pairs, blockMs, excluded, commit, isSelf }: Comparison): string {
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
  return `${formatPlural(pairs.length, 'pair')} of blocks of ${formatDuration(blockMs)}${notCounted}${what}`
}
