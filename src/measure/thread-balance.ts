import type { ErrorClass } from '../model/error-class.ts'
import { sum } from '../model/sum.ts'
import { foreignText } from '../model/text/clean.ts'
import type { Ms } from '../model/units.ts'
import { SLICE_MS, type SliceDelta } from './recorder.ts'
import { type LatencyLimit, Tally, type TallyDelta } from './tally.ts'

/** The outcome of requests whose real outcome is unknown. */
export interface Loss {
  readonly errorClass: ErrorClass
  readonly message: string
}

/**
 * Counts by phase the arrivals that a thread did not report, given the number that it did. With journeys, these are the
 * arrivals of journeys.
 */
export type UnreportedArrivals = (reported: number) => ReadonlyMap<number, number>

/** What one generator thread has reported: how many requests started, and how many of them have no outcome yet. */
export class ThreadBalance {
  readonly #limits: readonly LatencyLimit[]
  readonly #operations = new Map<string, number>()
  readonly #phases = new Map<number, number>()
  #slices = 0
  #arrivals = 0
  #inFlight = 0
  /** Undefined until the thread reports a journey. */
  #journeys: { arrivals: number; inFlight: number } | undefined

  constructor(limits: readonly LatencyLimit[]) {
    this.#limits = limits
  }

  add({ total, operations, phases, journeys }: SliceDelta): void {
    this.#slices++
    this.#arrivals += total.arrivals
    this.#inFlight += total.inFlight
    for (const [name, { inFlight }] of Object.entries(operations)) increase(this.#operations, name, inFlight)
    for (const [phase, { inFlight }] of Object.entries(phases)) increase(this.#phases, Number(phase), inFlight)
    if (journeys === undefined) return
    const { arrivals, inFlight } = (this.#journeys ??= { arrivals: 0, inFlight: 0 })
    this.#journeys = { arrivals: arrivals + journeys.tally.arrivals, inFlight: inFlight + journeys.tally.inFlight }
  }

  /**
   * Returns the slices from the last reported one until `atMs`. The last of them gives the outcome `loss` to the
   * requests in flight and to the arrivals that the thread did not report.
   */
  settle(loss: Loss, atMs: Ms, unreported: UnreportedArrivals): readonly SliceDelta[] {
    const last = Math.max(this.#slices, Math.floor(atMs / SLICE_MS))
    const empty = Array.from({ length: last - this.#slices }, (_, index) => ({
      index: this.#slices + index,
      total: new Tally(this.#limits).take(),
      operations: {},
      phases: {},
    }))
    const arrived = unreported(this.#journeys?.arrivals ?? this.#arrivals)
    const lost = (inFlight: number, arrivals: number): TallyDelta => this.#lost(loss, inFlight, arrivals)
    const arrivals = sum([...arrived.values()])
    const phases = new Set([...this.#phases.keys(), ...[...arrived.keys()].filter((phase) => phase >= 0)])
    const settling: SliceDelta = {
      index: last,
      total: lost(this.#inFlight, arrivals),
      operations: Object.fromEntries([...this.#operations].map(([name, inFlight]) => [name, lost(inFlight, 0)])),
      phases: Object.fromEntries(
        [...phases].map((phase) => [phase, lost(this.#phases.get(phase) ?? 0, arrived.get(phase) ?? 0)]),
      ),
      ...(this.#journeys === undefined
        ? {}
        : { journeys: { tally: lost(this.#journeys.inFlight, arrivals), untilMs: 0 } }),
    }
    return [...empty, settling]
  }

  #lost({ errorClass, message }: Loss, inFlight: number, arrivals: number): TallyDelta {
    const count = inFlight + arrivals
    return {
      ...new Tally(this.#limits).take(),
      arrivals,
      inFlight: -inFlight,
      errors: count === 0 ? {} : { [errorClass]: { count, first: foreignText(message) } },
    }
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}
