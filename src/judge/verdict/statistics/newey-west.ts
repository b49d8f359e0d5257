import { sum } from '../../../model/sum.ts'

/** Slope of a line through a series, with an error that allows for autocorrelation. */
export interface Slope {
  /** Change per step. */
  readonly perStep: number
  /** Newey–West standard error of `perStep`. */
  readonly error: number
}

/**
 * Computes the least-squares slope of a series over its index with the heteroscedasticity and autocorrelation
 * consistent error of Newey and West (1987): Bartlett weights over `lags` neighbours (default: ⌊4·(n/100)^(2/9)⌋) and
 * the small-sample factor n/(n − 2). Requires at least three values.
 */
export function neweyWestSlope(
  values: readonly number[],
  lags: number = Math.floor(4 * (values.length / 100) ** (2 / 9)),
): Slope {
  const n = values.length
  const middle = (n - 1) / 2
  const mean = sum(values) / n
  const spread = (n * (n * n - 1)) / 12
  const perStep = sum(values.map((value, i) => (i - middle) * value)) / spread
  const scores = values.map((value, i) => (i - middle) * (value - mean - perStep * (i - middle)))
  let variance = lagged(scores, 0)
  for (let lag = 1; lag <= lags; lag++) variance += 2 * (1 - lag / (lags + 1)) * lagged(scores, lag)
  return { perStep, error: Math.sqrt(Math.max(0, variance) * (n / (n - 2))) / spread }
}

function lagged(scores: readonly number[], lag: number): number {
  return sum(scores.map((score, i) => score * (scores[i - lag] ?? 0)))
}
