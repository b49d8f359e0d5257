/** Chooses what each request of the schedule sends. */
export interface RequestPicker<Request> {
  /**
   * Returns the request at this position of the schedule, independent of the number of threads. Positions of the
   * warm-up count down from −1. Returns 'later' if the request is not available yet.
   */
  pick(position: number): Request | 'later'
}

/** Always picks the same request. */
export function onePicker<Request>(request: Request): RequestPicker<Request> {
  return { pick: () => request }
}

/** Picks from a weighted list; each position draws independently. */
export function weightedPicker<Request extends { readonly weight?: number }>(
  requests: readonly Request[],
  seed: string,
): RequestPicker<Request> {
  const draw = drawBy(
    requests.map(({ weight = 1 }) => weight),
    seed,
  )
  return {
    pick(sequence) {
      const request = requests[draw(sequence)]
      if (request === undefined) throw new RangeError('a weighted list needs at least one request')
      return request
    },
  }
}

/** Draws an index by weight from a hash of (seed, position), so that threads need not exchange their draws. */
export function drawBy(weights: readonly number[], seed: string): (position: number) => number {
  let total = 0
  const upTo = weights.map((weight) => (total += weight))
  const seedHash = hashText(seed)
  const last = weights.length - 1
  return (position) => {
    const draw = (hashNumber(seedHash, position) / 2 ** 32) * total
    let index = 0
    while (index < last && draw >= (upTo[index] ?? total)) index++
    return index
  }
}

/** FNV-1a hash. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/** Mixes seed and number with the finaliser of MurmurHash3, so that adjacent positions draw independently. */
function hashNumber(seed: number, value: number): number {
  let hash = seed ^ Math.imul(value, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
