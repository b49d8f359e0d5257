import type { JudgedFigures } from '../model/figures.ts'
import type { MetricFigures } from '../model/metric.ts'
import { withCompleteParts } from '../model/repeated-figures.ts'
import type { LoadResult } from '../model/result.ts'
import { LoadMatcherError } from './matcher-error.ts'
import { formatValue } from '../model/errors.ts'
import { formatList } from '../wording/figures.ts'
import type { JudgedMetric } from './verdict/metric.ts'

/** Subject of a matcher: a group of requests and the run that contains it. */
export interface Subject {
  readonly figures: JudgedFigures
  readonly run: LoadResult
}

const subjects = new WeakMap<object, Subject>()
const metricRuns = new WeakMap<object, LoadResult>()

/** The runs of adopted results, whose parts are complete. */
const runs = new WeakMap<LoadResult, LoadResult>()

/**
 * Records which run the phases, operations, journeys and metrics of a result belong to, so that matchers accept them as
 * subjects. Returns the run: the result, with complete parts if it comes from an artifact.
 */
export function adoptResult(result: LoadResult): LoadResult {
  const known = runs.get(result)
  if (known !== undefined) return known
  const run = withCompleteParts(result)
  runs.set(result, run)
  // Results of earlier versions have no metrics.
  const { metrics }: Partial<LoadResult> = run
  for (const metric of Object.values(metrics ?? {})) metricRuns.set(metric, run)
  for (const key of ['phases', 'operations'] as const) {
    for (const [name, part] of Object.entries(result[key])) {
      subjects.set(part, { figures: run[key][name] ?? part, run })
    }
  }
  if (result.journeys !== null) subjects.set(result.journeys, { figures: run.journeys ?? result.journeys, run })
  return run
}

let newest: LoadResult | undefined

/** Remembers the newest result of the running test, whose parts an error names; undefined when no test runs. */
export function setNewestResult(result: LoadResult | undefined): void {
  newest = result
}

/** Runs for which a matcher was called on the result or on one of its parts. */
const judgedRuns = new WeakSet<LoadResult>()

/** Returns whether a matcher was called on this result or on one of its parts. */
export function wasJudged(result: LoadResult): boolean {
  return judgedRuns.has(result)
}

/**
 * Returns the figures and the run of a matcher's subject: a LoadResult, or one of the phases, one of the operations or
 * the journeys of an adopted result. Throws `ERR_LOAD_MATCHER_SUBJECT` for anything else.
 */
export function subjectOf(received: unknown, matcher: string): Subject {
  const subject = findSubject(received, matcher)
  judgedRuns.add(subject.run)
  return subject
}

/**
 * Returns the subjects of a matcher that judges one run or a list of runs; throws like `subjectOf`, also for an empty
 * list.
 */
export function subjectsOf(received: unknown, matcher: string): readonly [Subject, ...Subject[]] {
  const [first, ...more]: readonly unknown[] = Array.isArray(received) ? received : [received]
  return [subjectOf(first, matcher), ...more.map((each) => subjectOf(each, matcher))]
}

/** Returns the subject of a matcher if it is a metric of an adopted result. */
export function metricSubjectOf(received: unknown): JudgedMetric | undefined {
  const run = typeof received === 'object' && received !== null ? metricRuns.get(received) : undefined
  if (run === undefined) return undefined
  judgedRuns.add(run)
  return { metric: received as MetricFigures, run }
}

/** Returns the run of a matcher's subject; throws like `subjectOf`. */
export function runOf(received: unknown, matcher: string): LoadResult {
  return (metricSubjectOf(received) ?? subjectOf(received, matcher)).run
}

function findSubject(received: unknown, matcher: string): Subject {
  if (isResult(received)) {
    const run = adoptResult(received)
    return { figures: run, run }
  }
  if (typeof received === 'object' && received !== null) {
    const subject = subjects.get(received)
    if (subject !== undefined) return subject
    if (metricRuns.has(received)) {
      const { name } = received as MetricFigures
      throw new LoadMatcherError(
        'ERR_LOAD_MATCHER_SUBJECT',
        `${matcher}() judges requests, and ${name} is a metric, which has only values\n` +
          `    → judge its values: toHaveP50Below … toHaveP999Below, toHavePercentileBelow, toHaveMeanBelow, toHaveMaxBelow`,
      )
    }
    if ('batches' in received && ('requestsScheduled' in received || 'resolution' in received)) {
      throw new LoadMatcherError(
        'ERR_LOAD_MATCHER_SUBJECT',
        `${matcher}() cannot find the run that contains these figures\n` +
          '    → call a matcher on the whole result first, or take the phase, operation or metric from the result of loadTest',
      )
    }
  }
  throw new LoadMatcherError(
    'ERR_LOAD_MATCHER_SUBJECT',
    `${matcher}() judges a LoadResult, or one of its operations, phases or metrics, got ${formatValue(received)}\n` +
      `    → ${remedyFor(received)}`,
  )
}

function isResult(value: unknown): value is LoadResult {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'describe-load:result'
}

function remedyFor(received: unknown): string {
  if (received === undefined && newest !== undefined) return partsOf(newest)
  return received instanceof Promise || (typeof received === 'object' && received !== null && 'then' in received)
    ? 'await the run: expect(await load(plan))'
    : 'pass the result of loadTest, load(plan) or runLoad(plan)'
}

/** `expect` does not receive the name that was read from the result, so this lists all of them. */
function partsOf({ operations, phases, metrics }: LoadResult): string {
  const parts = [
    namesOf('operation', operations, "name: '…' in a request makes one"),
    namesOf('phase', phases, 'patterns such as sequence have them'),
    namesOf('metric', metrics, "metric('name', value) records one"),
  ]
  return `no operation, phase or metric has that name: the newest result of this test has ${formatList(parts)}`
}

function namesOf(kind: string, parts: object, remedy: string): string {
  const names = Object.keys(parts).map((name) => `"${name}"`)
  if (names.length === 0) return `no ${kind}s (${remedy})`
  return `the ${kind}${names.length === 1 ? '' : 's'} ${formatList(names)}`
}
