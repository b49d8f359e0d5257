import type { Baseline, StoredRun } from '../../model/baseline.ts'
import type { Environment } from '../../model/record.ts'
import type { Ratio } from '../../model/units.ts'
import { type Leaning, type VerdictReason, worstLeaning } from '../../model/verdict.ts'
import {
  formatChange,
  formatInterval,
  formatList,
  formatMs,
  formatPercent,
  formatPlural,
} from '../../wording/figures.ts'
import { reasonSentence } from '../../wording/verdict-reasons.ts'
import type { Subject } from '../subject.ts'
import { conclude } from '../verdict/conclude.ts'
import { errorRateVerdict } from '../verdict/error-rate.ts'
import { partOf } from '../verdict/evidence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import type { LatencyOf } from '../verdict/percentile-share.ts'
import { matchingInDoubt } from '../verdict/unsolicited.ts'
import { lagDecided, nothingMeasured, settle, shownFail, type Standing } from '../verdict/validity.ts'
import { type ComparedMetric, latencyFigure, metricName, missingRequests } from './stored-figures.ts'
import {
  compareWithStored,
  ENOUGH_SESSIONS,
  type RunValue,
  runsToDecide,
  type StoredComparison,
} from './stored-interval.ts'
import { comparedPlan, differencesBetween, measuredCpuMs, storedPart } from './stored-run.ts'

/** The new runs, or the same part of each of them. */
export type Subjects = readonly [Subject, ...Subject[]]

/** A baseline as the host passes it: its file, the content, and the machine on which the new runs were measured. */
export interface BaselineSource {
  /** Name of the file, as messages show it. */
  readonly file: string
  /** Undefined if the file does not exist. */
  readonly content: Baseline | undefined
  readonly environment: Environment
}

export interface StoredVerdictQuestion {
  readonly tolerance: Ratio
  readonly metrics: readonly ComparedMetric[]
  readonly of: LatencyOf
  /** Confidence of each bound. */
  readonly confidence: Ratio
}

/** Stored runs that judge too little: their own scatter is hardly known. */
const ENOUGH_RUNS = 4
/** A share of failed requests that is higher than in every stored run by more than this is a regression, too. */
const MORE_FAILURES: Ratio = 0.01

/**
 * Judges whether the figures of new runs are at most `tolerance` above those of the stored runs. Several figures are a
 * fail if one of them is proven at the corrected level (Holm), and a pass if each of them passes.
 */
export function storedVerdict(
  subjects: Subjects,
  source: BaselineSource,
  question: StoredVerdictQuestion,
): JudgedVerdict {
  const { figures, run } = newestOf(subjects)
  const subject = `${figuresIn(question)}${partOf(figures, run)}`
  const tolerance = formatPercent(question.tolerance)
  const found = findRuns(subjects, source)
  const isUsable = 'runs' in found
  const compared = isUsable ? question.metrics.map((metric) => compare(metric, subjects, found.runs, question)) : []
  const runs = isUsable ? countRuns(found) : 'the stored runs'
  return conclude(
    {
      claim: `${subject} at most ${tolerance} above ${runs}`,
      contrary: `${subject} more than ${tolerance} above ${runs}`,
      observed: observedIn(compared, subjects, question),
      causes: isUsable ? [originOf(found.runs)] : [],
    },
    unmeasured(subjects) ?? (isUsable ? standingOf(subjects, found.runs, compared, question) : found),
    figures,
    run,
  )
}

function newestOf(subjects: Subjects): Subject {
  return subjects.at(-1) ?? subjects[0]
}

/** The comparable runs of a baseline, and the number of all stored runs of the test. */
interface FoundRuns {
  readonly runs: readonly StoredRun[]
  readonly stored: number
}

function countRuns({ runs, stored }: FoundRuns): string {
  return runs.length === stored ? formatPlural(stored, 'stored run') : `${runs.length} of ${stored} stored runs`
}

/** Example: "stored runs from 2026-01-01 to 2026-01-05, the newest at commit 0123456". */
function originOf(runs: readonly StoredRun[]): string {
  const sorted = runs.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
  const [first, last] = [sorted[0], sorted.at(-1)]
  const days = [...new Set([first, last].map((run) => run?.startedAt.slice(0, 10) ?? ''))]
  const commit = last?.environment.commit ?? null
  const at = commit === null ? '' : `, the newest at commit ${commit.slice(0, 7)}`
  return `stored runs from ${days.join(' to ')}${at}`
}

/** Returns the comparable stored runs, or why there are none. */
function findRuns(subjects: Subjects, { file, content, environment }: BaselineSource): FoundRuns | Standing {
  const names = new Set(subjects.map(({ run }) => run.name))
  const all = [...names].flatMap((name) => content?.tests[name] ?? [])
  if (all.length === 0) return open('none', [{ code: 'no-stored-runs', file, isMissing: content === undefined }])
  const differences = all.map((stored) =>
    subjects.map(({ run }) => differencesBetween(stored, { environment, plan: comparedPlan(run) })),
  )
  const runs = all.filter((_, index) => differences[index]?.every((each) => each.length === 0) === true)
  if (runs.length > 0) return { runs, stored: all.length }
  const newest = differences.at(-1)?.find((each) => each.length > 0) ?? []
  const differ = open('none', [{ code: 'stored-runs-differ', runs: all.length, differences: newest }])
  return { ...differ, advice: `or ${SIDE_BY_SIDE}` }
}

function open(leaning: Leaning, reasons: readonly VerdictReason[]): Standing {
  return {
    verdict: 'inconclusive',
    leaning,
    reasons,
    reason: 'cannot be compared',
    details: reasons.map((reason) => reasonSentence(reason)),
  }
}

function unmeasured(subjects: Subjects): Standing | undefined {
  for (const { figures, run } of subjects) {
    if (figures.successes === 0) return nothingMeasured(figures)
    const doubted = matchingInDoubt(run)
    if (doubted !== undefined) return doubted
  }
  return undefined
}

/** One figure of the new runs beside that of the stored ones. */
interface Compared {
  readonly metric: ComparedMetric
  /** Undefined if the figure is unknown on one side. */
  readonly comparison: StoredComparison | undefined
  /** Why the figure cannot be judged. */
  readonly reason?: VerdictReason
}

function compare(
  metric: ComparedMetric,
  subjects: Subjects,
  runs: readonly StoredRun[],
  question: StoredVerdictQuestion,
  of: LatencyOf | 'target' = question.of,
): Compared {
  const [{ figures: sample, run }] = subjects
  const choice = { of: question.of, requestTimeoutMs: run.plan.requestTimeoutMs }
  const stored = runs.flatMap((each): RunValue[] => {
    const part = storedPart(each, sample, run)
    const value =
      metric === 'cpu'
        ? (each.cpuMsPerRequest ?? undefined)
        : part === undefined
          ? undefined
          : latencyFigure(part, metric, choice)
    return value === undefined || value <= 0 ? [] : [{ value, startMs: Date.parse(each.startedAt) }]
  })
  const fresh = subjects.map(({ figures, run: measured }): RunValue | undefined => {
    const times = of === 'target' ? { ...figures, responseTime: figures.targetTime } : figures
    const value = metric === 'cpu' ? (measuredCpuMs(measured) ?? undefined) : latencyFigure(times, metric, choice)
    return value === undefined || value <= 0 ? undefined : { value, startMs: Date.parse(measured.startedAt) }
  })
  const values = fresh.filter((value) => value !== undefined)
  if (stored.length === 0 || values.length < fresh.length) {
    return { metric, comparison: undefined, reason: { code: 'no-figure', figure: metricName(metric) } }
  }
  const { tolerance, confidence } = question
  const comparison = compareWithStored(stored, values, { tolerance, confidence })
  const few = subjects.map(({ figures }) => missingRequests(figures, metric, question.of)).find(Boolean)
  return {
    metric,
    comparison,
    ...(metric !== 'cpu' && few !== undefined && { reason: { code: 'too-few-for-percentile', ...few } }),
  }
}

function standingOf(
  subjects: Subjects,
  runs: readonly StoredRun[],
  compared: readonly Compared[],
  question: StoredVerdictQuestion,
): Standing {
  const failures = moreFailures(subjects, runs)
  if (failures?.verdict === 'fail') return failures
  const slower = slowerFigure(compared, question)
  if (slower !== undefined) return provenOf(subjects, runs, slower, question)
  const shown = failures ?? openOf(compared, question)
  for (const { figures, run } of subjects) {
    const settled = settle(figures, run, shown)
    if (settled !== shown) return settled
  }
  return shown
}

/** Returns the figure that is proven to be above the tolerance, at the level that Holm's correction leaves. */
function slowerFigure(compared: readonly Compared[], { confidence }: StoredVerdictQuestion): Compared | undefined {
  const [worst] = compared
    .filter(({ reason }) => reason === undefined)
    .toSorted((a, b) => (a.comparison?.pValue ?? 1) - (b.comparison?.pValue ?? 1))
  const isProven = (worst?.comparison?.pValue ?? 1) <= (1 - confidence) / compared.length
  return isProven ? worst : undefined
}

/** Returns a proven fail, or why the generator or other processes may have caused it. */
function provenOf(
  subjects: Subjects,
  runs: readonly StoredRun[],
  { metric, comparison }: Compared,
  question: StoredVerdictQuestion,
): Standing {
  const limitMs = (comparison?.stored ?? 0) * (1 + question.tolerance)
  if (metric !== 'cpu') {
    for (const { figures, run } of subjects) {
      const { requestTimeoutMs } = run.plan
      const fail = shownFail(figures, run, {
        limitMs,
        failsOn: (rest) => (latencyFigure(rest, metric, { of: question.of, requestTimeoutMs }) ?? Infinity) > limitMs,
      })
      if (fail.verdict !== 'fail') return fail
    }
    const withoutLag =
      question.of === 'response' ? compare(metric, subjects, runs, question, 'target').comparison : undefined
    if (withoutLag !== undefined && withoutLag.verdict !== 'fail') {
      const [{ figures, run }] = subjects
      return lagDecided(figures, run, `the ${metricName(metric)}`, withoutLag.fresh)
    }
  }
  return { verdict: 'fail', details: [] }
}

/** Returns a fail if the share of failed requests rose, or an open verdict if it may have; undefined if it did not. */
function moreFailures(subjects: Subjects, runs: readonly StoredRun[]): Standing | undefined {
  for (const { figures, run } of subjects) {
    const parts = runs.flatMap((stored) => storedPart(stored, figures, run) ?? [])
    const storedErrorRate = Math.max(0, ...parts.map(({ errorRate }) => errorRate))
    const limit = storedErrorRate + MORE_FAILURES
    if (figures.errorRate <= limit) continue
    const reason = { code: 'more-failures', errorRate: figures.errorRate, storedErrorRate } as const
    const { verdict, isUndecided } = errorRateVerdict(figures, run, { limit: Math.min(limit, 1) })
    if (verdict !== 'fail' || isUndecided === true) return open('fail', [reason])
    return { verdict, reasons: [reason], reason: reasonSentence(reason), details: [] }
  }
  return undefined
}

/** Returns a pass, or an inconclusive verdict with what would decide. */
function openOf(compared: readonly Compared[], question: StoredVerdictQuestion): Standing {
  const isPass = ({ comparison, reason }: Compared): boolean => reason === undefined && comparison?.verdict === 'pass'
  const unproven = compared.filter((each) => !isPass(each))
  if (unproven.length === 0) return { verdict: 'pass', details: [] }
  const leaning = worstLeaning(
    unproven.map(({ comparison, reason }) => ({
      leaning: reason !== undefined || comparison === undefined ? 'none' : leaningOf(comparison),
    })),
  )
  const reasons = unproven.flatMap(reasonsOf)
  const advice = adviceOf(unproven, question)
  return {
    ...open(leaning, withoutRepeated(reasons)),
    reason: 'is not proven',
    ...(advice !== undefined && { advice }),
  }
}

/** A figure that is proven to be above the tolerance alone, but not among several, leans to a fail. */
function leaningOf({ verdict, leaning = 'none' }: StoredComparison): Leaning {
  return verdict === 'fail' ? 'fail' : leaning
}

/** Several figures may have the same reason. */
function withoutRepeated(reasons: readonly VerdictReason[]): readonly VerdictReason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()]
}

function reasonsOf({ metric, comparison, reason }: Compared): readonly VerdictReason[] {
  if (reason !== undefined) return [reason]
  if (comparison === undefined) return []
  const { runs, sessions, scatter, provable } = comparison
  return [
    ...(runs < ENOUGH_RUNS
      ? [{ code: 'few-stored-runs', runs, requiredRuns: ENOUGH_RUNS } as const]
      : scatter === undefined || provable === undefined
        ? []
        : [{ code: 'run-scatter', figure: metricName(metric), scatter, provable } as const]),
    ...(runs >= ENOUGH_RUNS && sessions < ENOUGH_SESSIONS
      ? [{ code: 'few-sessions', sessions, requiredSessions: ENOUGH_SESSIONS } as const]
      : []),
  ]
}

/** What does not depend on earlier runs, their machine, their versions and their plan. */
const SIDE_BY_SIDE =
  "compare both versions on this machine: write against: { ref: 'origin/main' } in the plan, and expect(result).toBeNoSlowerThan(baseline)"

/** Says what would decide. */
function adviceOf(unproven: readonly Compared[], question: StoredVerdictQuestion): string | undefined {
  const comparisons = unproven.flatMap(({ comparison, reason }) =>
    comparison === undefined || reason !== undefined ? [] : [comparison],
  )
  if (comparisons.length === 0) return undefined
  const needed = comparisons.map((comparison) => runsToDecide(comparison, question))
  if (comparisons.some(({ runs }) => runs < ENOUGH_RUNS)) {
    return `store at least ${ENOUGH_RUNS} runs, on different days: describe-load baseline save`
  }
  if (needed.some((runs) => runs === undefined)) {
    return `more stored runs are unlikely to decide: run longer, raise the tolerance, or ${SIDE_BY_SIDE}`
  }
  const runs = Math.max(...needed.map((each) => each ?? 0))
  return `about ${runs} stored runs on different days would decide: describe-load baseline save`
}

function figuresIn({ metrics, of }: StoredVerdictQuestion): string {
  const latencies = metrics.filter((metric) => metric !== 'cpu').map(metricName)
  return [
    ...(latencies.length === 0 ? [] : [`${formatList(latencies)} ${of} time`]),
    ...(metrics.includes('cpu') ? [metricName('cpu')] : []),
  ].join(' and ')
}

/** Example: "+31% (12.7 ms instead of 9.7 ms, 96% interval +19% to +44%)". */
function observedIn(compared: readonly Compared[], subjects: Subjects, question: StoredVerdictQuestion): string {
  if (compared.length === 0) return observedAlone(subjects, question)
  return compared
    .map(({ metric, comparison }) => {
      const name = compared.length === 1 ? '' : `${metricName(metric)} `
      return `${name}${comparison === undefined ? 'not measured' : describeComparison(comparison, question)}`
    })
    .join(', ')
}

function describeComparison(
  { ratio, fresh, stored, bounds }: StoredComparison,
  { confidence }: StoredVerdictQuestion,
): string {
  const interval =
    bounds === undefined
      ? ''
      : `, ${formatInterval(confidence)} ${formatChange(bounds[0])} to ${formatChange(bounds[1])}`
  return `${formatChange(ratio)} (${formatMs(fresh)} ms instead of ${formatMs(stored)} ms${interval})`
}

/** The figures of the last run, where there is nothing to compare them with. */
function observedAlone(subjects: Subjects, { metrics, of }: StoredVerdictQuestion): string {
  const { figures, run } = newestOf(subjects)
  const values = metrics.map((metric) => {
    const value =
      metric === 'cpu'
        ? measuredCpuMs(run)
        : latencyFigure(figures, metric, { of, requestTimeoutMs: run.plan.requestTimeoutMs })
    const name = metrics.length === 1 ? '' : `${metricName(metric)} `
    return `${name}${value === undefined || value === null ? 'not measured' : `${formatMs(value)} ms`}`
  })
  return values.join(', ')
}
