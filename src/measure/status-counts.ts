/** A status of a response: a number (HTTP, JSON-RPC, WebSocket close code), or what a custom protocol calls it. */
export type Status = number | string

/** Distinct statuses that are counted apart; a target that invents statuses must not exhaust the memory. */
const MAX_STATUSES = 100

/** Key of the statuses beyond the first `MAX_STATUSES`. */
const OTHER = 'other'

/** Statuses with their counts, as plain data that crosses a thread. */
export type StatusDelta = readonly (readonly [status: string, count: number])[]

/** Counts responses by status: at most 100 distinct ones, the rest under `other`, so that no response is lost. */
export class StatusCounts {
  /** A `Map`, since a status of a custom protocol may be `__proto__`. */
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
