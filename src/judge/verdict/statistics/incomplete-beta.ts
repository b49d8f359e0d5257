/**
 * The regularised incomplete beta function I_x(a, b) for 0 ≤ x ≤ 1 and a, b > 0, with a relative error of about 1e-12
 * (1e-9 if a or b is near 10⁶). Continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions,
 * evaluated by Lentz's method. It converges in about √max(a, b) terms for x below (a + 1) / (a + b + 2), and
 * I_x(a, b) = 1 − I_{1−x}(b, a) covers the rest. `complement` is 1 − x, exact when x is too close to 1.
 */
export function incompleteBeta(x: number, complement: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (complement <= 0) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(complement, x, b, a)
  const logFactor = a * log(x, complement) + b * log(complement, x) - logBeta(a, b)
  return (Math.exp(logFactor) / a) * continuedFraction(x, a, b)
}

/** ln x. Uses the complement 1 − x when x is close to 1, because the complement is then more precise. */
function log(x: number, complement: number): number {
  return complement < 0.5 ? Math.log1p(-complement) : Math.log(x)
}

const MAX_TERMS = 10_000
const PRECISION = 1e-15
/** Lentz's method replaces a zero denominator by this value. */
const TINY = 1e-300

function continuedFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    value *= d * c
    if (Math.abs(d * c - 1) < PRECISION) break
  }
  return value
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

/** ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b). */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** ln Γ(x) for x > 0: Stirling's series from 10 on, Γ(x) = Γ(x + 1) / x below. */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x)
  const square = x * x
  const series = (1 / 12 - (1 / 360 - (1 / 1_260 - (1 / 1_680 - 1 / 1_188 / square) / square) / square) / square) / x
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series
}
