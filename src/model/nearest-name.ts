/**
 * Returns the known name that a person most likely meant, for "did you mean …?" in error messages, or undefined when
 * none is near. Ignoring case and separators, a name is near when it lies within a third of its length in
 * Damerau–Levenshtein distance (optimal string alignment), or when it shares a prefix of at least 3 letters that is
 * most of what was written.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = plain(name)
  if (wanted === '') return undefined
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const distance = distanceToMeant(wanted, plain(candidate))
    if (best === undefined || distance < best.distance) best = { name: candidate, distance }
  }
  return best !== undefined && best.distance <= Math.max(1.2, Math.floor(wanted.length / 3)) ? best.name : undefined
}

/** A shared prefix counts as slightly more than one typo: `sinus` means `sine-wave`, `ramp` means `ramp-up`. */
function distanceToMeant(wanted: string, candidate: string): number {
  let shared = 0
  while (shared < wanted.length && wanted[shared] === candidate[shared]) shared++
  const whole = editDistance(wanted, candidate)
  return shared >= 3 && shared >= 0.6 * wanted.length ? Math.min(whole, 1.5 - (0.5 * shared) / wanted.length) : whole
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/**
 * Returns the minimum number of insertions, deletions, substitutions and swaps of neighbours that turn one string into
 * the other.
 */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      let least = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution)
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        least = Math.min(least, (beforePrevious[column - 2] ?? 0) + 1)
      }
      current.push(least)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length] ?? 0
}
