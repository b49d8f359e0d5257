/** Test support: simulated pairs of services that fail some of their requests. */
import { LOOK_PAIRS, type ComparedPair } from '../../model/comparison.ts'
import { pairsOf } from './comparison.builder.ts'

/** Requests per block: 100 req/s for 3.5 s. */
const REQUESTS = 350

export interface FailingService {
  /** Share of the requests that fail. */
  readonly share: number
  /** Mean number of consecutive requests that fail together; default 1, so that failures are independent. */
  readonly burst?: number
}

/** Returns the pairs of a whole comparison. */
export function failingPairs(
  candidate: FailingService,
  baseline: FailingService,
  random: () => number,
): readonly ComparedPair[] {
  return pairsOf(
    Array.from({ length: LOOK_PAIRS[2] }, () => ({
      candidate: { ms: 10, failed: failuresIn(candidate, random) },
      baseline: { ms: 10, failed: failuresIn(baseline, random) },
    })),
  )
}

/** Draws the failures of one block: bursts of geometric length, and geometric gaps between them. */
function failuresIn({ share, burst = 1 }: FailingService, random: () => number): number {
  if (share === 0) return 0
  const meanGap = (burst * (1 - share)) / share
  const geometric = (mean: number): number => Math.floor(Math.log(1 - random()) / Math.log(mean / (1 + mean)))
  let failed = 0
  // A block may start within a burst.
  let at = burst > 1 && random() < share ? 0 : geometric(meanGap)
  while (at < REQUESTS) {
    const length = 1 + (burst > 1 ? geometric(burst - 1) : 0)
    failed += Math.min(length, REQUESTS - at)
    at += length + geometric(meanGap)
  }
  return failed
}
