import { quantileRanks } from '../../src/judge/verdict/statistics/binomial-intervals.ts'
import { median } from '../../src/judge/verdict/statistics/median.ts'
import { table } from '../../src/report/page.ts'
import type { Cell, Cost } from './peers.ts'

/** A ratio over several rounds. */
export interface RatioOfRounds {
  readonly median: number
  /** Distribution-free interval of the median, which misses it on each side in at most 2.5%, from 6 rounds on. */
  readonly interval: readonly [low: number, high: number]
}

/** The costs of one generator in one cell, by round. */
export interface Row {
  readonly peer: string
  readonly costs: readonly Cost[]
}

/** One line of the table: CPU µs per request, and ratios to the floor program in the same round. */
export interface Line {
  readonly cell: string
  readonly peer: string
  readonly threadsUs: number | null
  readonly wholeUs: number
  readonly threadsRatio: RatioOfRounds | null
  readonly wholeRatio: RatioOfRounds | null
}

/** Compares each generator of a cell with the floor program, in pairs of the same round. */
export function linesOf({ name }: Cell, rows: readonly Row[], floor: string): readonly Line[] {
  const reference = rows.find(({ peer }) => peer === floor)?.costs ?? []
  const ratio = (costs: readonly Cost[], of: (cost: Cost) => number | undefined): RatioOfRounds | null => {
    const ratios = costs.flatMap((cost, round) => {
      const [own, other] = [of(cost), reference[round] && of(reference[round])]
      return own === undefined || other === undefined ? [] : [own / other]
    })
    return ratios.length === 0 ? null : ratioOf(ratios)
  }
  return rows.map(({ peer, costs }) => ({
    cell: name,
    peer,
    threadsUs: medianOf(costs.flatMap((cost) => threadsPerRequest(cost) ?? [])),
    wholeUs: medianOf(costs.map(wholePerRequest)) ?? Number.NaN,
    threadsRatio: ratio(costs, threadsPerRequest),
    wholeRatio: ratio(costs, wholePerRequest),
  }))
}

const threadsPerRequest = ({ threadsUs, requests }: Cost): number | undefined =>
  threadsUs === undefined ? undefined : threadsUs / requests
const wholePerRequest = ({ wholeUs, requests }: Cost): number => wholeUs / requests

function medianOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values)
}

/** Returns the median of paired ratios, one per round, with its interval: two of them in order (sign test). */
export function ratioOf(ratios: readonly number[]): RatioOfRounds {
  const sorted = ratios.toSorted((a, b) => a - b)
  const { low = 1, high = sorted.length } = quantileRanks(sorted.length, 0.5, 0.025)
  return { median: median(sorted), interval: [sorted[low - 1] ?? Number.NaN, sorted[high - 1] ?? Number.NaN] }
}

const HEADINGS = ['load', 'generator', 'threads µs', 'whole µs', 'threads ÷ floor', 'whole ÷ floor'] as const

/** Formats the lines as a table for a terminal. */
export function formatLines(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.cell,
    line.peer,
    line.threadsUs?.toFixed(1) ?? '',
    line.wholeUs.toFixed(1),
    formatRatio(line.threadsRatio),
    formatRatio(line.wholeRatio),
  ])
  return table(HEADINGS, rows, [0, 1]).join('\n')
}

function formatRatio(ratio: RatioOfRounds | null): string {
  if (ratio === null) return ''
  const [low, high] = ratio.interval
  return `${ratio.median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}
