import type { Interval, UslFit } from '../../model/capacity-findings.ts'
import { studentQuantile } from '../verdict/statistics/student.ts'

export interface UslPoint {
  /** N: clients always under way. */
  readonly clients: number
  /** X(N). */
  readonly rps: number
}

/** Fewer points of different N leave nothing to judge the fit by. */
const FEWEST_POINTS = 6
/** A law that is off by more at any point is not the one that the target follows: a fixed number of workers does not. */
const MISSES = 0.1
/** Two-sided 95%. */
const SURE = 0.975

/**
 * Fits the Universal Scalability Law (Gunther 1993) to points of controlled N. With y = N/X(N) the law is linear,
 * y = a + b(N − 1) + cN(N − 1) where a = 1/γ, b = α/γ, c = β/γ; throughputs scatter in proportion to themselves, so each
 * y weighs 1/y². Coefficients below 0 are held at 0 and the others fitted again (active set). Intervals are those of the
 * linear model (Student's t); of the ratios α = b/a and β = c/a by the delta method. A text where there is no fit.
 */
export function fitUsl(points: readonly UslPoint[]): UslFit | string {
  const usable = points.filter(({ rps }) => rps > 0)
  const distinct = new Set(usable.map(({ clients }) => clients)).size
  if (distinct < FEWEST_POINTS) return `it takes ${FEWEST_POINTS} numbers of clients, and there were ${distinct}`
  const model = solve(usable, [true, true, true])
  if (model === undefined) return 'the points lie so that no law can be told from them'
  const [a, b, c] = model.coefficients
  if (a <= 0) return 'one client alone would take no time: the points follow no law of this kind'
  const alpha = b / a
  const beta = c / a
  const freedom = usable.length - model.free
  const t = freedom > 0 ? studentQuantile(SURE, freedom) : Number.POSITIVE_INFINITY
  const alphaInterval = around(alpha, t * ratioError(model, 1), 0)
  const betaInterval = around(beta, t * ratioError(model, 2), 0)
  const aError = t * Math.sqrt(model.covariance[0]?.[0] ?? 0)
  const gamma: Interval = [1 / (a + aError), a > aError ? 1 / (a - aError) : Number.POSITIVE_INFINITY]
  const law = { gamma: 1 / a, alpha, beta }
  const worstMiss = Math.max(...usable.map(({ clients, rps }) => Math.abs(uslRps(law, clients) / rps - 1)))
  const peaks = betaInterval[0] > 0 && alpha < 1 && worstMiss <= MISSES
  const peakClients = peaks ? Math.sqrt((1 - alpha) / beta) : null
  return {
    ...law,
    worstMiss,
    intervals: { gamma, alpha: alphaInterval, beta: betaInterval },
    peakClients,
    peakRps: peakClients === null ? null : uslRps(law, peakClients),
    points: usable,
  }
}

/** X(N) by the law. */
export function uslRps({ gamma, alpha, beta }: Pick<UslFit, 'gamma' | 'alpha' | 'beta'>, clients: number): number {
  return (gamma * clients) / (1 + alpha * (clients - 1) + beta * clients * (clients - 1))
}

interface Model {
  readonly coefficients: readonly [number, number, number]
  readonly covariance: readonly (readonly number[])[]
  /** Coefficients that were fitted. */
  readonly free: number
}

function solve(points: readonly UslPoint[], held: readonly boolean[]): Model | undefined {
  const columns = held.flatMap((isFree, index) => (isFree ? [index] : []))
  const rows = points.map(({ clients, rps }) => {
    const y = clients / rps
    const terms = [1, clients - 1, clients * (clients - 1)]
    // Divided by y: the square of what is left is the relative error.
    return { x: columns.map((index) => (terms[index] ?? 0) / y), y: 1 }
  })
  const inverse = invert(columns.map((_, i) => columns.map((__, j) => sum(rows.map(({ x }) => at(x, i) * at(x, j))))))
  if (inverse === undefined) return undefined
  const right = columns.map((_, i) => sum(rows.map(({ x, y }) => at(x, i) * y)))
  const fitted = inverse.map((row) => sum(row.map((value, j) => value * at(right, j))))
  const coefficients = [0, 1, 2].map((index) => at(fitted, columns.indexOf(index)))
  const [a = 0, b = 0, c = 0] = coefficients
  if (b < 0 || c < 0) return solve(points, [true, (held[1] ?? false) && b >= 0, (held[2] ?? false) && c >= 0])
  const residual = sum(rows.map(({ x, y }) => (y - sum(x.map((value, j) => value * at(fitted, j)))) ** 2))
  const variance = residual / Math.max(1, points.length - columns.length)
  const full = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => {
      const [row, column] = [columns.indexOf(i), columns.indexOf(j)]
      return row < 0 || column < 0 ? 0 : variance * at(inverse[row] ?? [], column)
    }),
  )
  return { coefficients: [a, b, c], covariance: full, free: columns.length }
}

/** Standard error of coefficient / a, by the delta method. */
function ratioError({ coefficients: [a, b, c], covariance }: Model, index: 1 | 2): number {
  const ratio = (index === 1 ? b : c) / a
  const own = covariance[index]?.[index] ?? 0
  const variance = own - 2 * ratio * (covariance[0]?.[index] ?? 0) + ratio ** 2 * (covariance[0]?.[0] ?? 0)
  return Math.sqrt(Math.max(0, variance)) / a
}

function around(value: number, error: number, least: number): Interval {
  return [Math.max(least, value - error), value + error]
}

/** Gauss and Jordan, with the largest pivot; undefined where there is no inverse. */
function invert(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const size = matrix.length
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))])
  const scale = Math.max(...matrix.map((row, i) => Math.abs(at(row, i))))
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(at(rows[row] ?? [], column)) > Math.abs(at(rows[pivot] ?? [], column))) pivot = row
    }
    const [top, found] = [rows[column], rows[pivot]]
    if (top === undefined || found === undefined || Math.abs(at(found, column)) < 1e-12 * scale) return undefined
    rows[pivot] = top
    const divisor = at(found, column)
    rows[column] = found.map((value) => value / divisor)
    for (let row = 0; row < size; row++) {
      if (row === column) continue
      const factor = at(rows[row] ?? [], column)
      rows[row] = (rows[row] ?? []).map((value, i) => value - factor * at(rows[column] ?? [], i))
    }
  }
  return rows.map((row) => row.slice(size))
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
