import { sum } from '../../../model/sum.ts'

/** Returns the sample standard deviation: √(Σ(x − x̄)² / (n − 1)); 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  const mean = sum(values) / values.length
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / Math.max(1, values.length - 1))
}
