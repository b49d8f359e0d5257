import { incompleteBeta, logBeta } from './incomplete-beta.ts'

/** Newton's method needs fewer than 20 steps for valid arguments. */
const MAX_STEPS = 100
const PRECISION = 1e-13

/**
 * Quantile of Student's t for 0 < p < 1 and `freedom` > 0 degrees of freedom, with a relative error below 1e-8. Uses
 * closed forms for 1 and 2 degrees, and otherwise Newton's method from the normal quantile, which is below the quantile
 * of t for p > 0.5. The tail is convex there, so no step passes the root.
 */
export function studentQuantile(p: number, freedom: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, freedom)
  if (p === 0.5) return 0
  if (freedom === 1) return 1 / Math.tan(Math.PI * (1 - p))
  if (freedom === 2) return (2 * p - 1) / Math.sqrt(2 * p * (1 - p))
  const logPeak = -0.5 * Math.log(freedom) - logBeta(freedom / 2, 0.5)
  let t = normalQuantile(p)
  for (let i = 0; i < MAX_STEPS; i++) {
    const density = Math.exp(logPeak - ((freedom + 1) / 2) * Math.log1p((t * t) / freedom))
    const step = (studentTail(t, freedom) - (1 - p)) / density
    t += step
    if (Math.abs(step) <= PRECISION * t) break
  }
  return t
}

/** P[T > t] of Student's t, for t ≥ 0. */
export function studentTail(t: number, freedom: number): number {
  const sum = freedom + t * t
  return incompleteBeta(freedom / sum, (t * t) / sum, freedom / 2, 0.5) / 2
}

/** Quantile of the standard normal for 0 < p < 1 (Acklam's rational approximation, relative error below 1.2e-9). */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p < 0.024_25) {
    const q = Math.sqrt(-2 * Math.log(p))
    return polynomial(TAIL_TOP, q) / (polynomial(TAIL_BOTTOM, q) * q + 1)
  }
  const q = p - 0.5
  const r = q * q
  return (polynomial(MIDDLE_TOP, r) * q) / (polynomial(MIDDLE_BOTTOM, r) * r + 1)
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}

const MIDDLE_TOP = [
  -39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269, -30.664_798_066_147_16,
  2.506_628_277_459_239,
]
const MIDDLE_BOTTOM = [
  -54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72, -13.280_681_552_885_72,
]
const TAIL_TOP = [
  -0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838, -2.549_732_539_343_734,
  4.374_664_141_464_968, 2.938_163_982_698_783,
]
const TAIL_BOTTOM = [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416]
