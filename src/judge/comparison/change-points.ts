import { sum } from '../../model/sum.ts'
import type { Ratio } from '../../model/units.ts'
import { studentTail } from '../verdict/statistics/student.ts'

/** A place in a series from which on its values have another mean. */
export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly index: number
  /** Mean since the previous change point. */
  readonly before: number
  /** Mean until the next one. */
  readonly after: number
  /** Of Student's two-sided t-test between these two parts. */
  readonly pValue: number
}

export interface ChangePointOptions {
  /** Number of values that are searched at once. Default 50. */
  readonly window?: number
  /** Highest p-value of a change point. Default 0.001. */
  readonly maxPValue?: number
  /** Smallest change, as a share of the smaller mean. Default 0.05. */
  readonly minChange?: Ratio
}

/**
 * Finds the change points of a series: E-divisive means (Matteson and James 2014) in windows that overlap by half, with
 * Student's t-test instead of permutations, as in Hunter (Fleming and others 2023) and Apache Otava. The first pass
 * accepts ten times the p-value. Then the weakest change point is removed, and its neighbours tested again, until
 * all are significant and large enough.
 */
export function changePoints(
  values: readonly number[],
  { window = 50, maxPValue = 0.001, minChange = 0.05 }: ChangePointOptions = {},
): readonly ChangePoint[] {
  const weak = new Set<number>()
  const step = Math.floor(window / 2)
  for (let start = 0; start < values.length;) {
    const found = divide(values.slice(start, start + window), 10 * maxPValue).map((index) => start + index)
    for (const index of found) weak.add(index)
    start = Math.max(found.at(-1) ?? 0, start + step)
  }
  let indexes = [...weak].toSorted((a, b) => a - b)
  for (;;) {
    const points = pointsAt(values, indexes)
    const weakest = weakestOf(points, maxPValue, minChange)
    if (weakest === undefined) return points
    indexes = indexes.filter((index) => index !== weakest.index)
  }
}

/** Returns the change point to remove: the least significant one, or the smallest of only significant ones. */
function weakestOf(points: readonly ChangePoint[], maxPValue: number, minChange: Ratio): ChangePoint | undefined {
  const [leastSignificant] = points.toSorted((a, b) => b.pValue - a.pValue)
  if (leastSignificant === undefined || leastSignificant.pValue >= maxPValue) return leastSignificant
  const [smallest] = points.toSorted((a, b) => changeOf(a) - changeOf(b))
  return smallest !== undefined && changeOf(smallest) < minChange ? smallest : undefined
}

function changeOf({ before, after }: ChangePoint): Ratio {
  const smaller = Math.min(Math.abs(before), Math.abs(after))
  return smaller === 0 ? Number.POSITIVE_INFINITY : Math.abs(after - before) / smaller
}

/** Returns the change points of a window, each the best division of one of the parts so far. */
function divide(values: readonly number[], maxPValue: number): readonly number[] {
  const distances = distanceSums(values)
  let indexes: number[] = []
  for (;;) {
    const bounds = [0, ...indexes, values.length]
    const [best] = bounds
      .slice(1)
      .flatMap((end, part) => bestDivision(distances, bounds[part] ?? 0, end) ?? [])
      .toSorted((a, b) => b.distance - a.distance)
    if (best === undefined) return indexes
    const divided = [...indexes, best.index].toSorted((a, b) => a - b)
    const point = pointsAt(values, divided).find(({ index }) => index === best.index)
    if (point === undefined || point.pValue > maxPValue) return indexes
    indexes = divided
  }
}

/** Returns the distances of all pairs of values, summed over the rectangle from the first pair to each pair. */
function distanceSums(values: readonly number[]): readonly Float64Array[] {
  const sums = [new Float64Array(values.length + 1)]
  for (const value of values) {
    const above = sums.at(-1) ?? new Float64Array()
    const row = new Float64Array(values.length + 1)
    let total = 0
    for (const [column, other] of values.entries()) {
      total += Math.abs(value - other)
      row[column + 1] = (above[column + 1] ?? 0) + total
    }
    sums.push(row)
  }
  return sums
}

/** Returns the sum of the distances between two ranges of values. */
function between(
  sums: readonly Float64Array[],
  [rowStart, rowEnd]: readonly [number, number],
  [columnStart, columnEnd]: readonly [number, number],
): number {
  const at = (row: number, column: number): number => sums[row]?.[column] ?? 0
  return at(rowEnd, columnEnd) - at(rowStart, columnEnd) - at(rowEnd, columnStart) + at(rowStart, columnStart)
}

/**
 * Returns the index in `start` … `end` before which the values differ most from those after it, up to any later index:
 * the largest energy distance between them, 2/(n + m)·ΣΣ|x − y| − 2m/((n + m)(n − 1))·Σ|x − x′| −
 * 2n/((n + m)(m − 1))·Σ|y − y′|, where the last two sums are over pairs. Undefined for fewer than two values.
 */
function bestDivision(
  sums: readonly Float64Array[],
  start: number,
  end: number,
): { readonly index: number; readonly distance: number } | undefined {
  let best: { readonly index: number; readonly distance: number } | undefined
  for (let index = start + 1; index < end; index++) {
    for (let until = index + 1; until <= end; until++) {
      const [left, right] = [[start, index] as const, [index, until] as const]
      const [n, m] = [index - start, until - index]
      const within = (range: readonly [number, number], count: number, other: number): number =>
        count < 2 ? 0 : (other * between(sums, range, range)) / (count - 1)
      const distance = (2 * between(sums, left, right) - within(left, n, m) - within(right, m, n)) / (n + m)
      if (best === undefined || distance > best.distance) best = { index, distance }
    }
  }
  return best
}

function pointsAt(values: readonly number[], indexes: readonly number[]): readonly ChangePoint[] {
  return indexes.map((index, i) => {
    const before = values.slice(indexes[i - 1] ?? 0, index)
    const after = values.slice(index, indexes[i + 1] ?? values.length)
    return { index, before: mean(before), after: mean(after), pValue: sameMeanChance(before, after) }
  })
}

/** Returns the two-sided p-value of Student's t-test of equal means, with equal variances; 1 for two values. */
function sameMeanChance(a: readonly number[], b: readonly number[]): number {
  const freedom = a.length + b.length - 2
  const difference = Math.abs(mean(a) - mean(b))
  if (freedom < 1 || difference === 0) return 1
  const variance = (squares(a) + squares(b)) / freedom
  return Math.min(1, 2 * studentTail(difference / Math.sqrt(variance * (1 / a.length + 1 / b.length)), freedom))
}

function squares(values: readonly number[]): number {
  const middle = mean(values)
  return sum(values.map((value) => (value - middle) ** 2))
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
