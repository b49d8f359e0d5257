/**
 * One-sided p-value of Wilcoxon's signed-rank test: the probability that symmetric differences around zero have a sum
 * of positive ranks at least as large as the observed one. Exact, by enumeration of the signs of the ranks; tied
 * absolute values share their mean rank. Ignores differences of zero. Differences may be infinite. Returns 1 if no
 * difference is left.
 */
export function signedRankTail(all: readonly number[]): number {
  const differences = all.filter((difference) => difference !== 0)
  const ranks = doubledRanks(differences.map(Math.abs))
  const observed = ranks.reduce((sum, rank, i) => ((differences[i] ?? 0) > 0 ? sum + rank : sum), 0)
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  // Probability of each sum of positive ranks, after each rank.
  let chances = new Float64Array(total + 1)
  chances[0] = 1
  for (const rank of ranks) {
    const next = new Float64Array(total + 1)
    for (let sum = 0; sum <= total; sum++) {
      const half = (chances[sum] ?? 0) / 2
      if (half === 0) continue
      next[sum] = (next[sum] ?? 0) + half
      next[sum + rank] = (next[sum + rank] ?? 0) + half
    }
    chances = next
  }
  return Math.min(
    1,
    chances.subarray(observed).reduce((sum, chance) => sum + chance, 0),
  )
}

/** Ranks from smallest to largest, doubled, because the mean rank of two tied values is a multiple of a half. */
function doubledRanks(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length
    const same = values.filter((other) => other === value).length
    return 2 * below + same + 1
  })
}
