import type { Baseline } from '../../model/baseline.ts'
import { formatValue } from '../../model/errors.ts'
import type { Ratio } from '../../model/units.ts'
import { COMPARED_METRICS, type ComparedMetric } from '../comparison/stored-figures.ts'
import { type BaselineSource, storedVerdict, type Subjects } from '../comparison/stored-verdict.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { subjectsOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { LATENCY_RULES, optionsArgument, type LatencyOptions, type OptionRule } from './arguments.ts'

/** Options of `toNotRegressFrom`. */
export interface RegressionOptions extends LatencyOptions {
  /**
   * Highest share by which the new run may be above the stored ones, more than 0 and less than 10; 0.1 is 10%. Default
   * 0.1.
   */
  readonly tolerance?: Ratio
  /** Figures to compare: `'p50'` … `'p999'`, `'mean'`, `'cpu'`, or a list of them. Default `['p50', 'mean']`. */
  readonly metric?: ComparedMetric | readonly ComparedMetric[]
  /** Required confidence of the verdict. Default 0.98, or the plan's `confidence` if that is higher. */
  readonly confidence?: Ratio
}

const DEFAULT_TOLERANCE: Ratio = 0.1
const DEFAULT_METRICS: readonly ComparedMetric[] = ['p50', 'mean']
/** With a proof at 98% on either side, at most 2 of 100 changes of the tolerance itself are red, and as many green. */
const MIN_CONFIDENCE: Ratio = 0.98

const RULES: Readonly<Record<keyof RegressionOptions, OptionRule>> = {
  ...LATENCY_RULES,
  tolerance: {
    holds: (value) => typeof value === 'number' && value > 0 && value < 10,
    rule: 'a ratio greater than 0 and less than 10',
    example: '0.1',
  },
  metric: {
    holds: (value) => {
      const metrics: readonly unknown[] = Array.isArray(value) ? value : [value]
      return metrics.length > 0 && metrics.every(isMetric) && new Set(metrics).size === metrics.length
    },
    rule: `one of ${COMPARED_METRICS.map((name) => `'${name}'`).join(', ')}, or a list of them`,
    example: "['p50', 'p95']",
  },
}

function isMetric(value: unknown): value is ComparedMetric {
  return COMPARED_METRICS.some((name) => name === value)
}

/**
 * Asserts that the run is at most `tolerance` slower than the stored runs of the same test in a baseline file.
 * `baseline` is the path of the file, relative to the working directory, a `file:` URL, or its parsed content; a host
 * reads the file. The subject may be a list of runs of the same plan.
 */
export function toNotRegressFrom(
  received: unknown,
  baseline: string | URL | Baseline,
  options?: RegressionOptions,
): JudgedVerdict {
  const matcher = 'toNotRegressFrom'
  const {
    tolerance = DEFAULT_TOLERANCE,
    metric,
    of = 'response',
    confidence,
  } = optionsArgument(options, matcher, RULES)
  const subjects: Subjects = subjectsOf(received, matcher)
  const metrics: readonly ComparedMetric[] = metric === undefined ? DEFAULT_METRICS : [metric].flat()
  const [{ figures, run }] = subjects
  if (metrics.includes('cpu') && figures !== run) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_ARGUMENT',
      `${matcher}() cannot compare the CPU time of a part of a run\n    → compare 'cpu' of the whole result`,
    )
  }
  return storedVerdict(subjects, sourceOf(baseline, matcher), {
    tolerance,
    metrics,
    of,
    confidence: confidence ?? Math.max(MIN_CONFIDENCE, run.plan.confidence),
  })
}

/** The host has replaced a path or a content by the source. */
function sourceOf(baseline: unknown, matcher: string): BaselineSource {
  if (typeof baseline === 'object' && baseline !== null && 'environment' in baseline && 'file' in baseline) {
    return baseline as BaselineSource
  }
  throw new LoadMatcherError(
    'ERR_LOAD_MATCHER_ARGUMENT',
    `${matcher}() takes the path of a baseline file, got ${formatValue(baseline)}\n    → write ${matcher}('baseline.json')`,
  )
}
