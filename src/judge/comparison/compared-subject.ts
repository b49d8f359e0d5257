import { formatValue } from '../../model/errors.ts'
import type { Part } from '../../model/compared-values.ts'
import type { Comparison, LoadResult } from '../../model/result.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { subjectOf } from '../subject.ts'
import { comparisonOf } from './comparison-of.ts'

/** What a matcher of a comparison judges. */
export interface ComparedSubject {
  readonly run: LoadResult
  readonly comparison: Comparison
  readonly part: Part
}

/**
 * Returns the comparison that contains the received figures and the baseline: two results, or the same operation of
 * both. Throws `ERR_LOAD_MATCHER_SUBJECT` or `ERR_LOAD_MATCHER_ARGUMENT`.
 */
export function comparedSubject(received: unknown, baseline: unknown, matcher: string): ComparedSubject {
  const { figures, run } = subjectOf(received, matcher)
  const comparison = run.comparison ?? (run.plan.once === true ? comparedOnce(run) : undefined)
  if (comparison === undefined) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_SUBJECT',
      `${matcher}() compares two targets, and this run had one\n` +
        "    → write against: 'http://127.0.0.1:3001', or against: { ref: 'origin/main' }, in its plan",
    )
  }
  const part = figures === run ? undefined : nameIn(run, figures)
  if (figures !== run && part === undefined) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_SUBJECT',
      `${matcher}() compares whole results or their operations, not phases or journeys`,
    )
  }
  requireBaseline(baseline, comparison, part, matcher)
  return { run, comparison, part }
}

/** With `LOAD_ONCE=1`, the target of `against` gets no requests, and nothing is judged. */
function comparedOnce(run: LoadResult): Comparison {
  return comparisonOf([], { looks: [], blockMs: 0, discardMs: 0, mode: 'turns', tolerance: 0.05, baseline: run })
}

function nameIn({ operations }: LoadResult, figures: unknown): string | undefined {
  return Object.keys(operations).find((name) => operations[name] === figures)
}

function requireBaseline(given: unknown, { baseline }: Comparison, part: Part, matcher: string): void {
  const wanted = part === undefined ? 'baseline' : `baseline.operations[${JSON.stringify(part)}]`
  const isIt =
    part === undefined
      ? typeof given === 'object' && given !== null && Reflect.get(given, 'generatorId') === baseline.generatorId
      : given === baseline.operations[part]
  if (isIt) return
  throw new LoadMatcherError(
    'ERR_LOAD_MATCHER_ARGUMENT',
    `${matcher}() takes the baseline of the same run, got ${formatValue(given)}\n` +
      `    → write loadTest(…, ({ result, baseline }) => { expect(result${part === undefined ? '' : `.operations[${JSON.stringify(part)}]`}).${matcher}(${wanted}) })`,
  )
}
