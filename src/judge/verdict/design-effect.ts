/** One batch of time: the sum of a quantity over its requests, and the number of these requests. */
export interface BatchSum {
  readonly sum: number
  readonly of: number
}

/** Minimum number of batches with requests for an estimate of autocorrelation. */
export const MIN_BATCHES = 20

/**
 * `varianceInflation` merges neighbouring batches while at least this many remain: only long batches show slow changes.
 */
const MIN_MERGED_BATCHES = 10

/**
 * Batch means underestimate the variance of a correlated run: they miss correlation that lasts longer than a batch, and
 * a run that is fast by chance also looks less correlated than the service is. `withAllowance` therefore adds half of
 * the estimated excess over 1. Simulation determined this factor together with `MIN_MERGED_BATCHES`
 * (docs/calibration/verdicts.md).
 */
const ALLOWANCE = 1.5

/**
 * Returns how many requests of a correlated run count as one independent request: the variance of the batch means,
 * relative to their variance if requests were independent, `max(1, Var(batch means) · b / variance)`. b is the number
 * of requests in a batch, and `variance` is the variance of the quantity over single requests. The result includes the
 * allowance (see `ALLOWANCE`).
 *
 * Undefined with fewer than 20 batches that contain requests. Method of batch means: Law & Kelton, "Simulation Modeling
 * and Analysis", chapter 9.
 */
export function designEffect(batches: readonly BatchSum[], variance: number): number | undefined {
  const inflation = varianceInflation(batches, variance)
  return inflation === undefined ? undefined : withAllowance(inflation)
}

/** Returns a variance inflation, corrected for the correlation that batch means miss. */
export function withAllowance(inflation: number): number {
  return 1 + ALLOWANCE * (inflation - 1)
}

/**
 * Returns the design effect without its allowance: the maximum over all lengths of merged batches. Each batch is
 * weighted by its number of requests.
 */
export function varianceInflation(batches: readonly BatchSum[], variance: number): number | undefined {
  const filled = batches.filter((batch) => batch.of > 0)
  if (filled.length < MIN_BATCHES) return undefined
  if (!(variance > 0)) return 1
  let max = 1
  for (let per = 1; filled.length / per >= MIN_MERGED_BATCHES; per++) {
    max = Math.max(max, effectOf(regroup(filled, Math.floor(filled.length / per)), variance))
  }
  return max
}

function effectOf(batches: readonly BatchSum[], variance: number): number {
  const total = add(batches)
  const mean = total.sum / total.of
  const squares = batches.reduce((squared, { sum, of }) => squared + (sum - mean * of) ** 2, 0)
  return ((squares / total.of / variance) * batches.length) / (batches.length - 1)
}

/** Merges the batches into `count` longer ones of nearly equal length. */
function regroup(batches: readonly BatchSum[], count: number): readonly BatchSum[] {
  const start = (group: number): number => Math.ceil((group * batches.length) / count)
  return Array.from({ length: count }, (_, group) => add(batches.slice(start(group), start(group + 1))))
}

function add(batches: readonly BatchSum[]): BatchSum {
  return batches.reduce((total, { sum, of }) => ({ sum: total.sum + sum, of: total.of + of }), { sum: 0, of: 0 })
}
