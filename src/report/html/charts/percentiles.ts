import { percentileMs } from '../../../model/hdr.ts'
import { decodeHdr } from '../../../model/hdr-codec.ts'
import { sum } from '../../../model/sum.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { LatencyLimit } from '../../../model/verdict.ts'
import { type Chart, neutralColour } from './chart.ts'
import { limitLines, msAxis, WIDE } from './latency-over-time.ts'

/** Powers of ten between 0% and 99.99%, and the marks in each. */
const DECADES = 4
const PER_DECADE = 10
const PLACES = Array.from({ length: DECADES * PER_DECADE + 1 }, (_, i) => i / PER_DECADE)

/** A result and the name that the chart gives it. */
export interface NamedResult {
  readonly name: string
  readonly result: LoadResult
  /** The limits that verdicts asserted of its response times. */
  readonly limits?: readonly LatencyLimit[]
}

/** Latency by percentile, on a scale that gives p90, p99 and p99.9 equal distances: −log₁₀(1 − p). */
export function percentilesChart(results: readonly NamedResult[]): Chart | undefined {
  const series = results.flatMap(({ name, result }) => {
    const histogram = decodeHdr(result.responseTime.histogram ?? '')
    const count = sum(Array.from(histogram.counts))
    if (count === 0) return []
    // Beyond its last request, a result shows nothing.
    const reached = Math.log10(count)
    const values = PLACES.map((place) => (place > reached ? null : percentileMs(histogram, 100 * (1 - 10 ** -place))))
    return [{ name, values }]
  })
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  if (highest === 0) return undefined
  const lowest = Math.min(...series.map(({ values }) => values.find((value) => value !== null) ?? highest))
  const log = highest > WIDE * lowest
  const [only] = results
  return {
    title: 'Response time by percentile',
    about: 'Response time by percentile, in ms; the percentiles are on a logarithmic scale up to p99.99.',
    x: { name: 'percentile', min: 0, max: DECADES, every: 1, tick: tickPercentile, format: formatPlace },
    y: msAxis(log),
    xs: PLACES,
    series: series.map(({ name, values }, i) => ({ name, values, colour: neutralColour(i), shape: 'line' })),
    lines: results.length === 1 && only !== undefined ? limitLines(only.result, highest, only.limits) : [],
  }
}

function tickPercentile(place: number): string {
  return place === 0 ? '0%' : formatPlace(place)
}

/** Formats a place of the scale as its percentile: `p99.9`. */
function formatPlace(place: number): string {
  const share = 100 * (1 - 10 ** -place)
  return `p${Number(share.toFixed(Math.max(0, Math.ceil(place) - 1) + (Number.isInteger(place) ? 0 : 1)))}`
}
