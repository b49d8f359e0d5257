import type { ComparedChange, ComparedMetric, ComparedPair } from '../../../model/comparison.ts'
import { comparedValue } from '../../../model/compared-values.ts'
import type { Comparison } from '../../../model/result.ts'
import type { Ratio } from '../../../model/units.ts'
import { METRIC_NAMES, SHORT_METRICS } from '../../../wording/comparison.ts'
import { formatChange, formatNumber, formatPercent } from '../../../wording/figures.ts'
import type { Axis, Chart, Line, Series } from './chart.ts'

/** Metrics of which a larger value is worse. */
const SHOWN: ReadonlySet<ComparedMetric> = new Set(['p50', 'mean', 'p90', 'p95', 'p99', 'cpu'])

/** The change of each metric with its interval, against the tolerance. Undefined if nothing can be compared. */
export function changesChart({ changes }: Comparison, tolerance: Ratio): Chart | undefined {
  const shown = changes.filter(({ metric, ratio }) => SHOWN.has(metric) && ratio !== null)
  if (shown.length === 0) return undefined
  const axis = changeAxis([
    ...shown.map(({ ratio }) => ratio),
    ...shown.flatMap(({ interval }) => interval ?? []),
    1 + tolerance,
  ])
  const end =
    (index: 0 | 1, otherwise: number) =>
    ({ interval }: ComparedChange): number | null =>
      interval === null ? null : clipped(interval[index] ?? otherwise, axis)
  return {
    title: 'Change by metric, with its 90% interval',
    about:
      'Candidate compared with the baseline: above 0% is slower, or uses more CPU per request. Points are estimates, bars their 90% intervals.',
    x: { name: 'metric', tick: String },
    y: axis,
    xs: shown.map((_, index) => index),
    names: shown.map(({ metric }) => SHORT_METRICS[metric]),
    series: [
      {
        name: '90% interval',
        colour: 'c6',
        shape: 'ranges',
        values: shown.map(end(0, 0)),
        highs: shown.map(end(1, Number.POSITIVE_INFINITY)),
      },
      { name: 'change', colour: 'c1', shape: 'points', values: shown.map(({ ratio }) => percentOf(ratio)) },
    ],
    lines: lines(tolerance),
  }
}

/** The change in each pair, in their order. Undefined if no pair has values of both sides. */
export function pairsChart({ pairs, metric }: Comparison, tolerance: Ratio): Chart | undefined {
  const time = metric ?? 'p50'
  const changes = (of: ComparedMetric): readonly (number | null)[] => pairs.map((pair) => changeIn(pair, of))
  const [times, cpu] = [changes(time), changes('cpu')]
  if (times.every((change) => change === null)) return undefined
  const isExcluded = pairs.map(({ excluded }) => excluded !== undefined)
  const axis = changeAxis([...times, ...cpu, 1 + tolerance])
  const points = (name: string, colour: Series['colour'], values: readonly (number | null)[]): readonly Series[] =>
    values.every((value) => value === null) ? [] : [{ name, colour, shape: 'points', values: values.map(percentOf) }]
  return {
    title: 'Change in each pair',
    about: `Candidate compared with the baseline, by pair, in their order: ${METRIC_NAMES[time]} and CPU per request.`,
    x: { name: 'pair', tick: String },
    y: axis,
    xs: pairs.map((_, index) => index),
    names: pairs.map((_, index) => String(index + 1)),
    series: [
      ...points(
        'CPU per request',
        'c3',
        cpu.map((change, i) => (isExcluded[i] === true ? null : change)),
      ),
      ...points(
        METRIC_NAMES[time],
        'c1',
        times.map((change, i) => (isExcluded[i] === true ? null : change)),
      ),
      ...points(
        'not counted',
        'c7',
        times.map((change, i) => (isExcluded[i] === true ? change : null)),
      ),
    ],
    lines: lines(tolerance),
  }
}

/** Returns candidate / baseline of a pair; null if one of them has no value. */
export function changeIn({ candidate, baseline }: ComparedPair, metric: ComparedMetric): Ratio | null {
  const ratio = (comparedValue(candidate, metric) ?? Number.NaN) / (comparedValue(baseline, metric) ?? Number.NaN)
  return Number.isFinite(ratio) ? ratio : null
}

function lines(tolerance: Ratio): readonly Line[] {
  return [{ name: `tolerance ${formatPercent(tolerance)}`, axis: 'y', at: 100 * tolerance, colour: 'limit' }]
}

/** Number of parts of the axis. */
const PARTS = 5
const ROUND = [1, 2, 2.5, 5, 10]

/** Returns an axis in percent of the baseline that contains these ratios and 0%, and ends at round values. */
function changeAxis(ratios: readonly (Ratio | null)[]): Axis & { readonly min: number; readonly max: number } {
  const percents = ratios.flatMap((ratio) => percentOf(ratio) ?? [])
  const [low, high] = [Math.min(0, ...percents), Math.max(0, ...percents)]
  const power = 10 ** Math.floor(Math.log10((high - low) / PARTS))
  const every = power * (ROUND.find((factor) => factor * power * PARTS >= high - low) ?? 10)
  return {
    name: 'change from the baseline',
    min: every * Math.floor(low / every - 0.1),
    max: every * Math.ceil(high / every + 0.1),
    every,
    tick: (percent) => `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${formatNumber(Math.abs(percent))}%`,
    format: formatPercentChange,
  }
}

/** Example: `+15.2%`. */
function formatPercentChange(percent: number): string {
  return formatChange(1 + percent / 100)
}

function percentOf(ratio: Ratio | null): number | null {
  return ratio === null || !Number.isFinite(ratio) ? null : 100 * (ratio - 1)
}

/** Returns a ratio in percent, at most at the end of the axis. */
function clipped(ratio: Ratio, { min, max }: { readonly min: number; readonly max: number }): number {
  return Math.min(max, Math.max(min, 100 * (ratio - 1)))
}
