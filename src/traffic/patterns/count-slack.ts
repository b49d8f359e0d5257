/**
 * How far a computed Λ may miss the whole number it stands for: 500 arrivals may read 499.999 999 999 9. A share of the
 * count, since that is how floats err, and far below the distance of two arrivals.
 */
export function countSlack(expected: number): number {
  return 1e-9 + 1e-12 * expected
}
