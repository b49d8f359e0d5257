import { sum } from '../../model/sum.ts'

/** Bursts of late requests with fast requests between them. */

export interface LateBursts {
  /** Total number of late requests. */
  readonly late: number
  /** Number of runs of consecutive batches with late requests. */
  readonly count: number
  /** Share of the batches with late requests. */
  readonly share: number
}

/** Counts bursts. `late`: requests over the limit or without a response, by the batch in which they ended. */
export function lateBurstsIn(late: readonly number[]): LateBursts {
  const isLate = late.map((count) => count > 0)
  return {
    late: sum(late),
    count: isLate.filter((now, i) => now && isLate[i - 1] !== true).length,
    share: isLate.length === 0 ? 0 : isLate.filter(Boolean).length / isLate.length,
  }
}
