import { type ComparedChange, type ComparedClaim, type ComparedErrors, MAX_EXCLUDED } from '../model/comparison.ts'
import { countedPairs, failedByBaseline, hasFailedBaseline } from '../model/compared-values.ts'
import type { Comparison, LoadResult } from '../model/result.ts'
import type { Ratio } from '../model/units.ts'
import { type SidedVerdict, type VerdictRecord, worstFirst } from '../model/verdict.ts'
import {
  failedSentence,
  formatBothSides,
  formatChangeInterval,
  formatComparedChange,
  METRIC_NAMES,
} from '../wording/comparison.ts'
import { formatPercent, formatPlural } from '../wording/figures.ts'
import { labelled } from './page.ts'

/** What a comparison shows of the response times, at the tolerance that decides. */
export interface ComparisonOutcome extends SidedVerdict {
  readonly comparison: Comparison
  readonly tolerance: Ratio
  /** Name of the operation that decides; absent for all requests. */
  readonly operation?: string
  /** The change of the metric that decides; null if it is unknown, or if the candidate fails more of its requests. */
  readonly change: ComparedChange | null
  readonly errors: ComparedErrors
}

/**
 * Returns the outcome of the comparison of a result: the worst verdict about response times, or without one, what the
 * pairs show at the plan's tolerance. Undefined if the result has no comparison. `verdicts` are those on this result.
 */
export function comparisonOutcome(
  { comparison }: LoadResult,
  verdicts: readonly VerdictRecord[],
): ComparisonOutcome | undefined {
  if (comparison === undefined) return undefined
  const [worst] = worstFirst(verdicts.filter(isAboutTimes))
  const { tolerance, changes, errors, metric, verdict, leaning } = comparison
  if (worst?.compared !== undefined) {
    return { ...sided(worst), comparison, ...worst.compared, change: comparableChange(worst.compared) }
  }
  const change = changes.find((each) => each.metric === metric) ?? null
  return { ...sided({ verdict, leaning }), comparison, tolerance, change: comparableChange({ change, errors }), errors }
}

/** Returns a change; null if the candidate fails more of its requests, because those that are left are no measure. */
export function comparableChange({ change, errors }: Pick<ComparedClaim, 'change' | 'errors'>): ComparedChange | null {
  return errors.isMore || errors.mayBeMore ? null : change
}

/** Whether a verdict is about the response times in a comparison. */
export function isAboutTimes({ compared, matcher }: VerdictRecord): boolean {
  return compared !== undefined && matcher === 'toBeNoSlowerThan'
}

function sided({
  verdict,
  leaning,
}: {
  readonly verdict: SidedVerdict['verdict']
  readonly leaning?: SidedVerdict['leaning'] | undefined
}): SidedVerdict {
  return { verdict, ...(leaning !== undefined && { leaning }) }
}

/** Example: `Slower: mean response time +15.2%, above the tolerance of 5%.` */
export function outcomeSentence({
  verdict,
  comparison,
  tolerance,
  operation,
  change,
  errors,
}: ComparisonOutcome): string {
  const of = operation === undefined ? '' : ` of operation "${operation}"`
  const changed =
    change === null
      ? `response times${of} unknown`
      : `${METRIC_NAMES[change.metric]}${of} ${formatComparedChange(change)}`
  const allowed = formatPercent(tolerance)
  switch (verdict) {
    case 'invalid':
      return `No valid comparison: ${invalidity(comparison, errors)}.`
    case 'fail':
      return errors.isMore
        ? `Fails more${of}: ${failedSentence(errors)}.`
        : `Slower: ${changed}, above the tolerance of ${allowed}.`
    case 'inconclusive':
      return errors.mayBeMore
        ? `Not decided${of}: ${failedSentence(errors)}.`
        : `Not decided: ${changed}, tolerance ${allowed}.`
    case 'pass':
      return `Not slower: ${changed}, within the tolerance of ${allowed}.`
  }
}

/** Says why nothing is shown; a comparison whose run did not complete shows nothing but a slowdown. */
function invalidity({ excluded, pairs, baseline }: Comparison, errors: ComparedErrors): string {
  if (hasFailedBaseline(pairs)) return `the baseline failed ${formatPercent(failedByBaseline(pairs))} of its requests`
  if (excluded > MAX_EXCLUDED * pairs.length)
    return `${excluded} of ${formatPlural(pairs.length, 'pair')} were disturbed`
  return baseline.ended === 'completed' ? failedSentence(errors) : 'the run did not complete'
}

/** Example: `12.3 ms, baseline 10.7 ms; 90% interval +12.1% to +18.4%; 14 pairs`. */
export function outcomeEvidence({ change, comparison, errors }: ComparisonOutcome): string {
  const interval = change === null ? undefined : formatChangeInterval(change)
  // The sentence says it if it decides.
  const hasFailed = (errors.candidate > 0 || errors.baseline > 0) && !errors.isMore && !errors.mayBeMore
  const excluded = comparison.excluded === 0 ? '' : ` (${comparison.excluded} more not counted)`
  return [
    ...(change === null ? [] : [formatBothSides(change)]),
    ...(interval === undefined ? [] : [`90% interval ${interval}`]),
    `${formatPlural(countedPairs(comparison.pairs).length, 'pair')}${excluded}`,
    ...(hasFailed ? [failedSentence(errors)] : []),
  ].join('; ')
}

/** Example: `CPU per request of the target 0.71 ms, baseline 0.83 ms (−17.3%)`; undefined if it was not measured. */
function cpuSentence({ changes }: Comparison): string | undefined {
  const cpu = changes.find(({ metric }) => metric === 'cpu')
  return cpu === undefined ? undefined : `${METRIC_NAMES.cpu} ${formatBothSides(cpu)} (${formatComparedChange(cpu)})`
}

/** Returns the entry of a text report; nothing without a comparison. */
export function comparisonLines(
  result: LoadResult,
  verdicts: readonly VerdictRecord[],
  indent: number,
): readonly string[] {
  const outcome = comparisonOutcome(result, verdicts)
  if (outcome === undefined) return []
  const cpu = cpuSentence(outcome.comparison)
  const lines = [outcomeSentence(outcome), outcomeEvidence(outcome), ...(cpu === undefined ? [] : [cpu])]
  return [labelled('compared', lines.join('\n'), indent)]
}
