/**
 * Tails of the binomial distribution, exact to about ten digits for n up to 10⁷. The probability of one outcome comes
 * from Loader's saddle-point form ("Fast and Accurate Computation of Binomial Probabilities", 2000). The tail is the
 * sum of the terms away from that outcome, over a few standard deviations.
 */

/** P[Bin(n, q) ≤ k]: at most `k` of `n` trials, each with probability `q` in [0, 1]. */
export function atMost(n: number, q: number, k: number): number {
  if (k < 0) return 0
  if (k >= n) return 1
  return k <= n * q ? lowerSum(n, q, k) : 1 - upperSum(n, q, k + 1)
}

/** P[Bin(n, q) ≥ k]: at least `k` of `n` trials, each with probability `q` in [0, 1]. */
export function atLeast(n: number, q: number, k: number): number {
  if (k <= 0) return 1
  if (k > n) return 0
  return k > n * q ? upperSum(n, q, k) : 1 - lowerSum(n, q, k - 1)
}

/** Share of the sum below which further terms do not affect a verdict. */
const NEGLIGIBLE = 1e-16

function lowerSum(n: number, q: number, from: number): number {
  let term = exactly(n, q, from)
  let sum = term
  for (let k = from; k > 0 && term > sum * NEGLIGIBLE; k--) {
    term *= (k * (1 - q)) / ((n - k + 1) * q)
    sum += term
  }
  return Math.min(1, sum)
}

function upperSum(n: number, q: number, from: number): number {
  let term = exactly(n, q, from)
  let sum = term
  for (let k = from; k < n && term > sum * NEGLIGIBLE; k++) {
    term *= ((n - k) * q) / ((k + 1) * (1 - q))
    sum += term
  }
  return Math.min(1, sum)
}

/** P[Bin(n, q) = k] for 0 ≤ k ≤ n. */
function exactly(n: number, q: number, k: number): number {
  if (q <= 0) return k === 0 ? 1 : 0
  if (q >= 1) return k === n ? 1 : 0
  if (k === 0) return Math.exp(n * Math.log1p(-q))
  if (k === n) return Math.exp(n * Math.log(q))
  const rest = n - k
  const exponent =
    stirlingError(n) - stirlingError(k) - stirlingError(rest) - deviance(k, n * q) - deviance(rest, n * (1 - q))
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * rest))
}

/** x·ln(x/m) + m − x, without cancellation when x is close to m. */
function deviance(x: number, mean: number): number {
  const difference = x - mean
  if (Math.abs(difference) > 0.1 * (x + mean)) return x * Math.log(x / mean) - difference
  const v = difference / (x + mean)
  let sum = difference * v
  let odd = 2 * x * v
  for (let j = 1; j < 1_000; j++) {
    odd *= v * v
    const next = sum + odd / (2 * j + 1)
    if (next === sum) break
    sum = next
  }
  return sum
}

/** ln(n!) minus Stirling's √(2πn)·(n/e)ⁿ in logarithms, for whole n ≥ 1. */
function stirlingError(n: number): number {
  if (n < 16) {
    let logFactorial = 0
    for (let i = 2; i <= n; i++) logFactorial += Math.log(i)
    return logFactorial - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI)
  }
  const square = n * n
  return (1 / 12 - (1 / 360 - (1 / 1_260 - 1 / 1_680 / square) / square) / square) / n
}
