/** Status of a response: a number (HTTP, JSON-RPC, WebSocket close code), or a string from a custom protocol. */
export type Status = number | string

/**
 * Maximum number of distinct statuses that are counted separately. A target that invents statuses must not exhaust the
 * memory.
 */
const MAX_STATUSES = 100

/** Key for all statuses after the first `MAX_STATUSES`. */
const OTHER = 'other'

/** Statuses with their counts, as plain data that can cross a thread. */
export type StatusDelta = readonly (readonly [status: string, count: number])[]

/** Counts responses by status: at most 100 distinct ones, all others under `other`, so that no response is lost. */
export class StatusCounts {
  /** A `Map`, because a custom protocol may have a status named `__proto__`. */
  readonly #counts = new Map<Status, number>()

  add(status: Status, count = 1): void {
    const known = this.#counts.get(status)
    if (known !== undefined) this.#counts.set(status, known + count)
    else if (this.#counts.size < MAX_STATUSES) this.#counts.set(status, count)
    else this.#counts.set(OTHER, (this.#counts.get(OTHER) ?? 0) + count)
  }

  addAll(delta: StatusDelta): void {
    for (const [status, count] of delta) this.add(status, count)
  }

  clear(): void {
    this.#counts.clear()
  }

  toDelta(): StatusDelta {
    return Array.from(this.#counts, ([status, count]) => [String(status), count])
  }
}
