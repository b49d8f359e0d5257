/** Test support: random differences of pairs, as side by side comparisons have them. */
import type { Count, Ratio } from '../../model/units.ts'

type Random = () => number

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Student's t with 3 degrees of freedom, divided by its standard deviation: pairs have outliers. */
export function heavyTailed(random: Random): number {
  const chiSquare = normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2
  return normal(random) / Math.sqrt(chiSquare / 3) / Math.sqrt(3)
}

/** Laplace, divided by its standard deviation. */
export function laplace(random: Random): number {
  const centred = random() - 0.5
  return (-Math.sign(centred) * Math.log(1 - 2 * Math.abs(centred))) / Math.SQRT2
}

/** Normal, with 4 times the deviation in a tenth of the pairs, divided by the standard deviation of all. */
export function disturbed(random: Random): number {
  return (normal(random) * (random() < 0.1 ? 4 : 1)) / Math.sqrt(0.9 + 0.1 * 16)
}

export interface SimulatedMetrics {
  readonly draw: (random: Random) => number
  readonly scatter: Ratio
  /** Between the first metric and each other one. */
  readonly correlation: Ratio
  readonly count: Count
}

/** Returns the differences of one pair, one for each metric, of a candidate that is slower by `factor`. */
export function drawPair(
  factor: number,
  { draw, scatter, correlation, count }: SimulatedMetrics,
  random: Random,
): readonly number[] {
  const common = draw(random)
  return Array.from({ length: count }, (_, metric) => {
    const own = metric === 0 ? common : correlation * common + Math.sqrt(1 - correlation ** 2) * draw(random)
    return Math.log(factor) + scatter * own
  })
}
