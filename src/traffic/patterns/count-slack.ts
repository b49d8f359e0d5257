/**
 * Returns the rounding error allowed between a computed Λ and the whole number that it represents: 500 arrivals may be
 * computed as 499.999 999 999 9. The tolerance grows with the count because floating-point errors are relative, and it
 * is far smaller than the distance between two arrivals.
 */
export function countSlack(expected: number): number {
  return 1e-9 + 1e-12 * expected
}
