import { sum } from '../../../model/sum.ts'

/** Coefficients of a linear model with their covariance matrix. */
export interface LinearFit {
  readonly coefficients: readonly number[]
  readonly covariance: readonly (readonly number[])[]
  /** Degrees of freedom: observations minus coefficients. */
  readonly freedom: number
}

/** Fits y = x · coefficients by ordinary least squares. Undefined if the columns of x are linearly dependent. */
export function leastSquares(x: readonly (readonly number[])[], y: readonly number[]): LinearFit | undefined {
  const columns = x[0]?.map((_, column) => column) ?? []
  const products = columns.map((i) => columns.map((j) => sum(x.map((row) => at(row, i) * at(row, j)))))
  const inverse = invert(products)
  if (inverse === undefined) return undefined
  const right = columns.map((i) => sum(x.map((row, k) => at(row, i) * at(y, k))))
  const coefficients = inverse.map((row) => dot(row, right))
  const residual = sum(x.map((row, k) => (at(y, k) - dot(row, coefficients)) ** 2))
  const freedom = x.length - columns.length
  const variance = residual / Math.max(1, freedom)
  return { coefficients, covariance: inverse.map((row) => row.map((value) => variance * value)), freedom }
}

/** Inverts a matrix by Gauss–Jordan elimination with partial pivoting; undefined for a singular matrix. */
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

function dot(a: readonly number[], b: readonly number[]): number {
  return sum(a.map((value, i) => value * at(b, i)))
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0
}
