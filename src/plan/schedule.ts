import type { PlanIssue } from '../model/errors.ts'
import { type ArrivalPattern, type ArrivalProcessName, DEFAULT_ARRIVALS, type PatternSpec } from '../model/pattern.ts'
import {
  curveFrom,
  type PatternName,
  patternDuration,
  patternIssues,
  type PlanCurve,
  rateParameterOf,
} from '../traffic/patterns/index.ts'
import { formatDuration, formatNumber } from '../wording/figures.ts'
import { optionWords } from '../wording/option-words.ts'
import type { Ms, Rps } from '../model/units.ts'
import { shownOf } from './requests.ts'

/** The keys that together determine when requests are sent; undefined where a key is absent or has an issue. */
export interface ScheduleKeys {
  readonly rate: Rps | undefined
  readonly durationMs: Ms | undefined
  readonly concurrency: number | undefined
  readonly maxRps: Rps | undefined
  readonly arrivals: ArrivalProcessName | undefined
  readonly seed: string
  /** Operations that are sent together; 1 by default. */
  readonly batchSize: number
}

export interface ResolvedSchedule {
  readonly pattern: PatternSpec | ArrivalPattern | undefined
  readonly durationMs: Ms | undefined
  readonly arrivals: ArrivalProcessName
  /** Undefined in the closed model, and where the schedule has an issue. */
  readonly curve: PlanCurve | undefined
}

type Plan = Readonly<Record<string, unknown>>

/** Reads the pattern and checks the rules between it, `rate`, `duration`, `concurrency` and `arrivals`. */
export function resolveSchedule(plan: Plan, keys: ScheduleKeys, issues: PlanIssue[]): ResolvedSchedule {
  if (plan['concurrency'] !== undefined) return closedModel(plan, keys, issues)
  const before = issues.length
  const given = plan['pattern'] ?? 'constant'
  const found = patternIssues(given, 'pattern')
  issues.push(...found)
  if (typeof given === 'string') requireRate(plan, issues)
  else if (found.length === 0) refuseRate(plan, issues)
  let pattern: PatternSpec | ArrivalPattern | undefined
  if (found.length === 0) {
    if (typeof given !== 'string') pattern = given as PatternSpec | ArrivalPattern
    else if (keys.rate !== undefined) pattern = { kind: given, [rateParameterOf(given as PatternName)]: keys.rate }
  }
  const patternMs = pattern && patternDuration(pattern)
  if (issues.length === before || patternMs !== undefined) requireDuration(plan, patternMs, issues)
  const kind = pattern !== undefined && 'kind' in pattern ? pattern.kind : plan['pattern']
  if (kind === 'poisson' && keys.arrivals !== undefined && keys.arrivals !== 'poisson') {
    const remedy = "omit `arrivals`, or write pattern: 'constant'"
    issues.push({
      key: 'arrivals',
      value: keys.arrivals,
      rule: "cannot be combined with the pattern 'poisson'",
      remedy,
    })
  }
  const durationMs = patternMs ?? keys.durationMs
  let curve: PlanCurve | undefined
  if (issues.length === before && pattern !== undefined && durationMs !== undefined) {
    const planned = { durationMs, seed: keys.seed, batchSize: keys.batchSize }
    curve = curveFrom(pattern, planned)
    requireOneArrival(plan, curve.expectedBy(durationMs), planned, issues)
    requireBelowCeiling(plan, curve, keys.maxRps, issues)
  }
  const process = keys.arrivals ?? (kind === 'poisson' ? 'poisson' : defaultArrivals(curve))
  return { pattern, durationMs, arrivals: process, curve }
}

/**
 * Below one request per second, a slot is so long that jitter would hide the pace that the plan asks for, and there are
 * too few requests for the percentiles that it protects.
 */
function defaultArrivals(curve: PlanCurve | undefined): ArrivalProcessName {
  return curve !== undefined && curve.meanRps < 1 ? 'uniform' : DEFAULT_ARRIVALS
}

/** The closed model keeps a constant number of requests in flight, so no key of an open schedule applies. */
function closedModel(plan: Plan, keys: ScheduleKeys, issues: PlanIssue[]): ResolvedSchedule {
  for (const key of ['rate', 'pattern', 'arrivals'] as const) {
    const value = plan[key]
    if (value === undefined) continue
    const remedy = 'keep `rate` for an open model (what users do), `concurrency` for a closed one (throughput)'
    issues.push({ key, value, rule: 'cannot be combined with `concurrency`', remedy })
  }
  if (plan['overflow'] === 'drop') {
    const rule = 'cannot be combined with `concurrency`: a client whose request was dropped would never send another'
    const remedy = 'omit it, or write `rate` instead of `concurrency`'
    issues.push({ key: 'overflow', value: 'drop', rule, remedy })
  }
  if (keys.batchSize > 1) {
    const [key, value] =
      plan['batch'] !== undefined
        ? ['batch', shownOf({})]
        : plan['workload'] === 'batch'
          ? ['workload', 'batch']
          : ['batchSize', keys.batchSize]
    const rule = 'cannot be combined with `concurrency`: each request starts when another one has ended'
    issues.push({ key, value, rule, remedy: 'write `rate` instead of `concurrency`' })
  }
  requireDuration(plan, undefined, issues)
  return { pattern: undefined, durationMs: keys.durationMs, arrivals: DEFAULT_ARRIVALS, curve: undefined }
}

/** A smaller number of milliseconds was probably meant as seconds, as in other tools. */
const MAX_SECONDS = 1_000

function requireRate(plan: Plan, issues: PlanIssue[]): void {
  if (plan['rate'] !== undefined) return
  const remedy = 'write rate: 100 (requests per second), or concurrency: 10 for a closed model'
  issues.push({ key: 'rate', value: undefined, rule: 'must be given', remedy })
}

function refuseRate(plan: Plan, issues: PlanIssue[]): void {
  if (plan['rate'] === undefined) return
  const rule = 'must be omitted: the pattern sets the rate'
  issues.push({ key: 'rate', value: plan['rate'], rule, remedy: 'keep one of the two' })
}

function requireDuration(plan: Plan, patternMs: Ms | undefined, issues: PlanIssue[]): void {
  const value = plan['duration']
  // A comparison determines its duration, unless it has an issue itself.
  if (patternMs === undefined && value === undefined && plan['against'] === undefined) {
    issues.push({ key: 'duration', value, rule: 'must be given', remedy: "write duration: '30s'" })
  } else if (patternMs !== undefined && value !== undefined) {
    const rule = `must be omitted: the pattern lasts ${formatDuration(patternMs)}`
    issues.push({ key: 'duration', value: shownOf(value), rule, remedy: 'keep one of the two' })
  }
}

/** A rounding error of a pattern that was scaled to the ceiling. */
const CEILING_TOLERANCE = 1e-9

function requireBelowCeiling(plan: Plan, { peakRps }: PlanCurve, maxRps: Rps | undefined, issues: PlanIssue[]): void {
  if (maxRps === undefined || peakRps <= maxRps * (1 + CEILING_TOLERANCE)) return
  const isRate = plan['rate'] !== undefined && (plan['pattern'] === undefined || plan['pattern'] === 'constant')
  const key = isRate ? 'rate' : 'pattern'
  const rule = isRate
    ? `must not be above maxRps (${formatNumber(maxRps)})`
    : `must not rise above maxRps (${formatNumber(maxRps)}); its peak is ${formatNumber(peakRps)} req/s`
  issues.push({ key, value: shownOf(plan[key]), rule, remedy: 'lower the rate, or raise maxRps' })
}

/**
 * Rejects a run that would send no request, which would otherwise only show at its end. A batch is sent as a whole or
 * not at all.
 */
function requireOneArrival(
  plan: Plan,
  expected: number,
  planned: { readonly durationMs: Ms; readonly batchSize: number },
  issues: PlanIssue[],
): void {
  // The last of a whole number of arrivals may fall short of that number by a rounding error.
  if (expected >= planned.batchSize - 1e-9) return
  if (expected >= 1 && planned.batchSize > 1) {
    const rule = `must not exceed the arrivals in ${formatDuration(planned.durationMs)} (${formatNumber(expected)} are expected)`
    const remedy = 'give it a longer duration, a higher rate or smaller batches'
    issues.push({ key: 'batchSize', value: planned.batchSize, rule, remedy })
    return
  }
  const key = plan['duration'] === undefined ? 'pattern' : 'duration'
  const rule = `must allow at least one request (${formatNumber(expected)} are expected in ${formatDuration(planned.durationMs)})`
  const { duration } = plan
  const remedy = optionWords({
    plan:
      typeof duration === 'number' && duration < MAX_SECONDS
        ? `a number is in milliseconds: write duration: '${duration}s' for seconds`
        : 'give it a longer duration or a higher rate',
    command: 'use a longer -d or a higher -r',
  })
  issues.push({ key, value: plan[key], rule, remedy })
}
