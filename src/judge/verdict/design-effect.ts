/** What one batch of time contains: the sum of a quantity over its requests, and how many requests those were. */
export interface Stretch {
  readonly sum: number
  readonly of: number
}

/** Estimating autocorrelation takes at least this many batches that contain requests. */
export const FEWEST_STRETCHES = 20

/** Neighbouring batches are merged while at least this many remain: slow changes show only between long ones. */
const FEWEST_MERGED = 10

/**
 * Batch means underestimate the variance of a correlated run: correlation that lasts longer than a batch is missing, and
 * a run that looks fast by chance also looks less correlated than the service is. Half of the estimated excess over 1 is
 * therefore added to it. This factor and the fewest merged batches were chosen together by simulation
 * (docs/calibration/verdicts.md).
 */
const ALLOWANCE = 1.5

/**
 * How many requests of a correlated run count as one independent request: the variance of the batch means, relative to
 * their variance if requests were independent, `max(1, Var(batch means) · b / variance)`, where b is the number of
 * requests in a batch and `variance` that of the quantity over single requests. Half of the part above 1 is added
 * (see `ALLOWANCE`).
 *
 * Undefined with fewer than 20 batches that contain requests. Method of batch means: Law & Kelton, "Simulation Modeling
 * and Analysis", chapter 9.
 */
export function designEffect(stretches: readonly Stretch[], variance: number): number | undefined {
  const inflation = varianceInflation(stretches, variance)
  return inflation === undefined ? undefined : withAllowance(inflation)
}

/** A variance inflation, corrected for what batch means cannot see. */
export function withAllowance(inflation: number): number {
  return 1 + ALLOWANCE * (inflation - 1)
}

/**
 * The design effect without its allowance: the largest over all lengths of merged batches. Batches with unequal numbers of
 * requests weigh by those numbers.
 */
export function varianceInflation(stretches: readonly Stretch[], variance: number): number | undefined {
  const filled = stretches.filter((stretch) => stretch.of > 0)
  if (filled.length < FEWEST_STRETCHES) return undefined
  if (!(variance > 0)) return 1
  let most = 1
  for (let per = 1; filled.length / per >= FEWEST_MERGED; per++) {
    most = Math.max(most, effectOf(regroup(filled, Math.floor(filled.length / per)), variance))
  }
  return most
}

function effectOf(stretches: readonly Stretch[], variance: number): number {
  const total = add(stretches)
  const mean = total.sum / total.of
  const squares = stretches.reduce((squared, { sum, of }) => squared + (sum - mean * of) ** 2, 0)
  return ((squares / total.of / variance) * stretches.length) / (stretches.length - 1)
}

/** The same batches as `count` longer ones of nearly equal length. */
function regroup(stretches: readonly Stretch[], count: number): readonly Stretch[] {
  const start = (group: number): number => Math.ceil((group * stretches.length) / count)
  return Array.from({ length: count }, (_, group) => add(stretches.slice(start(group), start(group + 1))))
}

function add(stretches: readonly Stretch[]): Stretch {
  return stretches.reduce((total, { sum, of }) => ({ sum: total.sum + sum, of: total.of + of }), { sum: 0, of: 0 })
}
