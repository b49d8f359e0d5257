import { evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { LoadResult } from '../../model/result.ts'

/** The service level that these runs are judged by. */
export const slo = { p99Ms: 250, errorRate: 0.01 }

/** A run of 10 s at 100 req/s; one request in `slowOf` takes 400 ms, the others take 10 ms. */
export function runWith(slowOf: number = Number.POSITIVE_INFINITY, rest: Partial<LoadResult> = {}): LoadResult {
  const batches = evenBatches(40, 25, (i) => (i % slowOf === slowOf - 1 ? 400 : 10))
  return resultOf({ batches, plan: { rate: 100 }, rest })
}

export const fast: LoadResult = runWith()
export const slow: LoadResult = runWith(10)
/** 10 of 1 000 requests are late: exactly the share that a p99 allows. */
export const undecided: LoadResult = runWith(100)
