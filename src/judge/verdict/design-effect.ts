/** What was seen in one stretch of time: the sum of a quantity over its requests, and how many requests those were. */
export interface Stretch {
  readonly sum: number
  readonly of: number
}

/** Fewer stretches with requests in them do not show how requests hang together. */
export const FEWEST_STRETCHES = 20

/**
 * Stretches are few and slow requests come in clusters, so the variance seen between stretches scatters, and a run that
 * looks good by luck also looks less clustered than it is. Half of the excess is added: the upper 95% bound of a
 * variance from 40 values (χ²). With it, simulated M/M/1 queues at load 0 to 0.9 yield at most the promised share of
 * wrong verdicts; without it, twice as many.
 */
const ALLOWANCE = 1.5

/**
 * By how much fewer independent requests a correlated run is worth: the variance of the means of stretches beside what
 * it would be if requests were independent, `max(1, Var(stretch means) · b / variance)`, where b is the number of
 * requests in a stretch and `variance` that of the quantity over single requests. Neighbouring stretches are also taken
 * together, as long as 20 remain, and the largest value counts: slow changes show only there. The part above 1 is
 * raised by half (see `ALLOWANCE`). Stretches of unequal numbers of requests weigh by those numbers.
 *
 * Undefined with fewer than 20 stretches that hold requests. Method of batch means: Law & Kelton, "Simulation Modeling
 * and Analysis", chapter 9.
 */
export function designEffect(stretches: readonly Stretch[], variance: number): number | undefined {
  const filled = stretches.filter((stretch) => stretch.of > 0)
  if (filled.length < FEWEST_STRETCHES) return undefined
  if (!(variance > 0)) return 1
  let most = 1
  for (let per = 1; filled.length / per >= FEWEST_STRETCHES; per++) {
    most = Math.max(most, effectOf(regroup(filled, Math.floor(filled.length / per)), variance))
  }
  return 1 + ALLOWANCE * (most - 1)
}

function effectOf(stretches: readonly Stretch[], variance: number): number {
  const total = add(stretches)
  const mean = total.sum / total.of
  const squares = stretches.reduce((squared, { sum, of }) => squared + (sum - mean * of) ** 2, 0)
  return ((squares / total.of / variance) * stretches.length) / (stretches.length - 1)
}

/** The same stretches as `count` longer ones of nearly equal length. */
function regroup(stretches: readonly Stretch[], count: number): readonly Stretch[] {
  const start = (group: number): number => Math.ceil((group * stretches.length) / count)
  return Array.from({ length: count }, (_, group) => add(stretches.slice(start(group), start(group + 1))))
}

function add(stretches: readonly Stretch[]): Stretch {
  return stretches.reduce((total, { sum, of }) => ({ sum: total.sum + sum, of: total.of + of }), { sum: 0, of: 0 })
}
