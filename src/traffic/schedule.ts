import type { PhaseWindow } from '../model/pattern.ts'
import type { Ms } from '../model/units.ts'
import type { Arrival, ArrivalSource } from './arrival-source.ts'
import type { RequestPicker } from './workloads/picker.ts'

/** Intended instants in rising order, Infinity after the last. */
export interface Instants {
  next(): Ms
}

/**
 * Which arrivals of the schedule are this thread's: those at positions `thread`, `thread + threads`, …, and of a mix
 * those that `takes` says.
 */
export interface Share {
  readonly thread: number
  readonly threads: number
  readonly takes?: (position: number) => boolean
}

export interface ScheduleOptions<Request> {
  readonly instants: Instants
  /** Instants from the start of the warm-up, which lasts `warmUpMs` and lies before zero. */
  readonly warmUp: { readonly instants: Instants; readonly durationMs: Ms } | undefined
  readonly share: Share
  readonly phases: readonly PhaseWindow[]
  readonly picker: RequestPicker<Request>
  operationOf(request: Request): string
}

/**
 * The arrivals of one thread in the open model. Every thread walks the whole seeded schedule and takes its share, so the
 * same seed gives the same requests at the same instants, whatever the number of threads.
 */
export class Schedule<Request> implements ArrivalSource<Request> {
  readonly #options: ScheduleOptions<Request>
  #warmingUp: boolean
  #position = -1
  /** The arrival whose payload is not known yet. */
  #held: { readonly position: number; readonly atMs: Ms } | undefined
  #last: { readonly atMs: Ms } | undefined
  #phase = 0

  constructor(options: ScheduleOptions<Request>) {
    this.#options = options
    this.#warmingUp = options.warmUp !== undefined
  }

  next(): Arrival<Request> | 'later' | undefined {
    const held = this.#held ?? this.#advance()
    this.#held = held
    this.#last = held
    if (held === undefined) return undefined
    // The warm-up walks the same positions, and its last requests may still be under way when the first ones come again.
    const requestId = held.atMs < 0 ? -1 - held.position : held.position
    const payload = this.#options.picker.pick(requestId)
    if (payload === 'later') return 'later'
    this.#held = undefined
    return {
      requestId,
      atMs: held.atMs,
      operation: this.#options.operationOf(payload),
      phase: this.#phaseAt(held.atMs),
      payload,
    }
  }

  rest(untilMs: Ms): ReadonlyMap<number, number> {
    const counts = new Map<number, number>()
    for (; this.#last !== undefined && this.#last.atMs <= untilMs; this.#last = this.#advance()) {
      if (this.#last.atMs < 0) continue
      const phase = this.#phaseAt(this.#last.atMs)
      counts.set(phase, (counts.get(phase) ?? 0) + 1)
    }
    return counts
  }

  #advance(): { position: number; atMs: Ms } | undefined {
    const { instants, warmUp, share } = this.#options
    for (;;) {
      const atMs =
        this.#warmingUp && warmUp !== undefined
          ? beforeZero(warmUp.instants.next(), warmUp.durationMs)
          : instants.next()
      if (atMs === Number.POSITIVE_INFINITY) {
        if (!this.#warmingUp) return undefined
        this.#warmingUp = false
        this.#position = -1
        continue
      }
      this.#position++
      const mine = this.#position % share.threads === share.thread && share.takes?.(this.#position) !== false
      if (mine) return { position: this.#position, atMs }
    }
  }

  /** −1 outside every phase. Arrivals come in order, so the search goes on from the last one's phase. */
  #phaseAt(atMs: Ms): number {
    const { phases } = this.#options
    while (this.#phase < phases.length && atMs > (phases[this.#phase]?.endMs ?? 0)) this.#phase++
    const startMs = phases[this.#phase]?.startMs ?? Number.POSITIVE_INFINITY
    // An arrival stands where the count was reached: on a boundary it belongs to the part that ends there.
    return atMs > startMs || (atMs === 0 && startMs === 0) ? this.#phase : -1
  }
}

/** An arrival at the very end of the warm-up still belongs to it, and not to the measured part that begins there. */
function beforeZero(atMs: Ms, warmUpMs: Ms): Ms {
  return atMs === Number.POSITIVE_INFINITY ? atMs : Math.min(atMs - warmUpMs, -Number.EPSILON)
}

/** The closed model: a request whenever one is asked for. */
export class ClosedSchedule<Request> implements ArrivalSource<Request> {
  readonly #options: Pick<ScheduleOptions<Request>, 'share' | 'picker' | 'operationOf'>
  #position: number

  constructor(options: Pick<ScheduleOptions<Request>, 'share' | 'picker' | 'operationOf'>) {
    this.#options = options
    this.#position = options.share.thread
  }

  next(): Arrival<Request> | 'later' {
    const payload = this.#options.picker.pick(this.#position)
    if (payload === 'later') return 'later'
    const requestId = this.#position
    this.#position += this.#options.share.threads
    return { requestId, atMs: 0, operation: this.#options.operationOf(payload), phase: -1, payload }
  }

  rest(): ReadonlyMap<number, number> {
    return new Map()
  }
}
