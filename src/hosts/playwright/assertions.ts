let count = 0

/** Counts an assertion of the running test. Playwright runs one test at a time in each process. */
export function countAssertion(): void {
  count++
}

/** Returns the number of assertions in this process. */
export function assertionCount(): number {
  return count
}
