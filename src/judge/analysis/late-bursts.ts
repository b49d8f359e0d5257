/** Late requests that come together in time, while the requests between them are fast. */

export interface LateBursts {
  /** Late requests in all. */
  readonly late: number
  /** Runs of consecutive batches with late requests. */
  readonly count: number
  /** Share of the batches that hold late requests. */
  readonly share: number
}

/** `late`: requests over the limit, or without a response, by the batch in which they ended. */
export function lateBurstsIn(late: readonly number[]): LateBursts {
  const isLate = late.map((count) => count > 0)
  return {
    late: late.reduce((total, count) => total + count, 0),
    count: isLate.filter((now, i) => now && isLate[i - 1] !== true).length,
    share: isLate.length === 0 ? 0 : isLate.filter(Boolean).length / isLate.length,
  }
}
