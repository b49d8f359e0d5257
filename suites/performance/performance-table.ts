import { quantileRanks } from '../../src/judge/verdict/statistics/binomial-intervals.ts'
import { median } from '../../src/judge/verdict/statistics/median.ts'
import { table } from '../../src/report/page.ts'
import type { Cost } from './run-program.ts'

/** The costs of one generator for one load, by round. */
export interface Row {
  readonly peer: string
  readonly costs: readonly Cost[]
}

/** A ratio over several rounds. */
export interface RatioOfRounds {
  readonly median: number
  /** Distribution-free interval of the median, which misses it on each side in at most 2.5%, from 6 rounds on. */
  readonly interval: readonly [low: number, high: number]
}

/** Medians of one generator over the rounds. Each ratio compares it with the reference in the same round. */
export interface Line {
  readonly load: string
  readonly peer: string
  /** CPU µs per request. */
  readonly threadsUs: number | null
  readonly wholeUs: number
  readonly peakMb: number
  readonly lagP99Ms: number | null
  readonly serviceP50Ms: number | null
  readonly threadsRatio: RatioOfRounds | null
  readonly wholeRatio: RatioOfRounds
}

/** Compares each generator with the reference, in pairs of the same round. */
export function linesOf(load: string, rows: readonly Row[], reference: string): readonly Line[] {
  const others = rows.find(({ peer }) => peer === reference)?.costs ?? []
  const ratioTo = (costs: readonly Cost[], of: (cost: Cost) => number | null): RatioOfRounds | null => {
    const ratios = costs.flatMap((cost, round) => {
      const [own, other] = [of(cost), others[round] === undefined ? null : of(others[round])]
      return own === null || other === null ? [] : [own / other]
    })
    return ratios.length === 0 ? null : ratioOf(ratios)
  }
  return rows.map(({ peer, costs }) => {
    const typical = (of: (cost: Cost) => number | null | undefined): number | null => {
      const values = costs.flatMap((cost) => of(cost) ?? [])
      return values.length === 0 ? null : median(values)
    }
    return {
      load,
      peer,
      threadsUs: typical(threadsPerRequest),
      wholeUs: typical(wholePerRequest) ?? Number.NaN,
      peakMb: typical(({ peakMb }) => peakMb) ?? Number.NaN,
      lagP99Ms: typical(({ lagP99Ms }) => lagP99Ms),
      serviceP50Ms: typical(({ serviceP50Ms }) => serviceP50Ms),
      threadsRatio: ratioTo(costs, threadsPerRequest),
      wholeRatio: ratioTo(costs, wholePerRequest) ?? { median: Number.NaN, interval: [Number.NaN, Number.NaN] },
    }
  })
}

const threadsPerRequest = ({ threadsUs, requests }: Cost): number | null =>
  threadsUs === undefined ? null : threadsUs / requests
const wholePerRequest = ({ wholeUs, requests, warmUpRequests }: Cost): number => wholeUs / (requests + warmUpRequests)

/** Returns the median of paired ratios, one per round, with its interval: two of them in order (sign test). */
export function ratioOf(ratios: readonly number[]): RatioOfRounds {
  const sorted = ratios.toSorted((a, b) => a - b)
  const { low = 1, high = sorted.length } = quantileRanks(sorted.length, 0.5, 0.025)
  return { median: median(sorted), interval: [sorted[low - 1] ?? Number.NaN, sorted[high - 1] ?? Number.NaN] }
}

/** Headings of the table; the first two columns are words. */
export const HEADINGS = [
  'load',
  'generator',
  'threads µs',
  'whole µs',
  'memory MB',
  'lag p99 ms',
  'service p50 ms',
  'threads ÷ floor',
  'whole ÷ floor',
] as const

/** Returns the cells of each line, as texts. */
export function cellsOf(lines: readonly Line[]): readonly (readonly string[])[] {
  return lines.map((line) => [
    line.load,
    line.peer,
    formatted(line.threadsUs, 1),
    formatted(line.wholeUs, 1),
    formatted(line.peakMb, 0),
    formatted(line.lagP99Ms, 2),
    formatted(line.serviceP50Ms, 2),
    formatRatio(line.threadsRatio),
    formatRatio(line.wholeRatio),
  ])
}

/** Formats the lines as a table for a terminal. */
export function formatLines(lines: readonly Line[]): string {
  return table(HEADINGS, cellsOf(lines), [0, 1]).join('\n')
}

function formatted(value: number | null, digits: number): string {
  return value === null ? '' : value.toFixed(digits)
}

function formatRatio(ratio: RatioOfRounds | null): string {
  if (ratio === null) return ''
  const [low, high] = ratio.interval
  return `${ratio.median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}
