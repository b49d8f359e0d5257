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

/** Chooses an index by the position in the schedule. */
export type Draw = (position: number) => number

/** Picks from a list at the indexes that `draw` chooses. */
export function listPicker<Request>(requests: readonly Request[], draw: Draw): RequestPicker<Request> {
  return {
    pick(sequence) {
      const request = requests[draw(sequence)]
      if (request === undefined) throw new RangeError('a list needs at least one request')
      return request
    },
  }
}

/** Returns the weight of each request; default 1. */
export function weightsOf(requests: readonly { readonly weight?: number }[]): readonly number[] {
  return requests.map(({ weight = 1 }) => weight)
}

/** Draws an index in turn: of `total` positions, those from `first` on are the indexes 0, 1, …, and then again. */
export function drawInTurn(first: number, total: number): Draw {
  return (position) => (position % total) - first
}

/** Draws an index by weight from a hash of (seed, position), so that threads need not exchange their draws. */
export function drawBy(weights: readonly number[], seed: string): Draw {
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
