import type { Ms } from '../../model/units.ts'

/**
 * Returns how far the true mean may lie above its estimate, from the margin of a symmetric interval (t · standard
 * error).
 *
 * A run of a queue that is fast by chance also looks less variable than the process is. Near saturation the standard
 * error of a mean response time grows with the square of that mean: the asymptotic variance grows with (1 − load)⁻⁴,
 * the mean with (1 − load)⁻¹ (Whitt 1989, "Planning queueing simulations"). So the upper bound is the μ with μ − margin
 * · (μ / mean)² = mean. There is no upper bound if the margin is more than a quarter of the mean.
 */
export function marginAbove(meanMs: Ms, marginMs: Ms): Ms {
  const share = marginMs / meanMs
  if (!(share > 0)) return 0
  return share > 0.25 ? Number.POSITIVE_INFINITY : (meanMs * (1 - Math.sqrt(1 - 4 * share))) / (2 * share) - meanMs
}

/**
 * Returns the largest symmetric margin that decides a limit: the inverse of `marginAbove` for a limit above the mean.
 * Its upper bound is at most twice the mean, which a margin of a quarter of the mean reaches, so a limit beyond that
 * needs no smaller margin.
 */
export function decisiveMargin(meanMs: Ms, limitMs: Ms): Ms {
  if (limitMs <= meanMs) return meanMs - limitMs
  return limitMs >= 2 * meanMs ? meanMs / 4 : (limitMs - meanMs) * (meanMs / limitMs) ** 2
}
