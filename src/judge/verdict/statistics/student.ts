/**
 * Quantile of Student's t for `freedom` ≥ 10 degrees of freedom, by its expansion around the normal quantile
 * (Abramowitz & Stegun 26.7.5); right to 0.002 or better there.
 */
export function studentQuantile(p: number, freedom: number): number {
  const z = normalQuantile(p)
  const z2 = z * z
  const first = (z * (z2 + 1)) / 4
  const second = (z * ((5 * z2 + 16) * z2 + 3)) / 96
  const third = (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / 384
  return z + (first + (second + third / freedom) / freedom) / freedom
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
