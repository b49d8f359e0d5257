import { LoadUserCodeError } from '../model/errors.ts'
import type { PhaseWindow } from '../model/pattern.ts'
import type { Ms } from '../model/units.ts'
import type { Arrival, ArrivalSource, ArrivedBatch } from './arrival-source.ts'
import type { RequestPicker } from './workloads/picker.ts'

/** Intended start times in ascending order; Infinity after the last. */
export interface ArrivalTimes {
  next(): Ms
}

/**
 * Selects the arrivals of this thread: those at positions `thread`, `thread + threads`, …; in a mix, only those for
 * which `takes` returns true.
 */
export interface Share {
  readonly thread: number
  readonly threads: number
  readonly takes?: (position: number) => boolean
}

export interface ScheduleOptions<Request> {
  readonly arrivalTimes: ArrivalTimes
  /** Times from the start of the warm-up, which is `durationMs` before zero. */
  readonly warmUp: { readonly arrivalTimes: ArrivalTimes; readonly durationMs: Ms } | undefined
  readonly share: Share
  readonly phases: readonly PhaseWindow[]
  readonly picker: RequestPicker<Request>
  operationOf(request: Request): string
  /**
   * Number of operations that one message carries; default 1. Each message then takes that many intended starts, which
   * are equal, and as many positions.
   */
  readonly batchSize?: number
  /** Returns the operations of a message. */
  batchOf?(request: Request): ArrivedBatch
}

/** Position of an arrival in the whole schedule, and its intended start. */
interface Place {
  readonly position: number
  readonly atMs: Ms
}

/**
 * The arrivals of one thread in the open model. Every thread walks the whole seeded schedule and takes its share, so
 * the same seed gives the same requests at the same times for any number of threads.
 */
export class Schedule<Request> implements ArrivalSource<Request> {
  readonly #options: ScheduleOptions<Request>
  #warmingUp: boolean
  #position = -1
  /** The arrival whose payload is not available yet. */
  #held: Place | undefined
  #last: Place | undefined
  /** The arrival after the last one, if it is known already. */
  #ahead: Place | undefined
  /** What a custom pattern threw when it was asked for that arrival, which is an error when its turn comes. */
  #thrown: { readonly error: unknown } | undefined
  #phase = 0

  constructor(options: ScheduleOptions<Request>) {
    this.#options = options
    this.#warmingUp = options.warmUp !== undefined
  }

  next(): Arrival<Request> | 'later' | undefined {
    const held = this.#held ?? this.#take()
    this.#held = held
    this.#last = held
    if (held === undefined) return undefined
    // The warm-up uses the same positions, and its last requests may still be in progress when the measured part starts
    // at position 0.
    const requestId = held.atMs < 0 ? -1 - held.position : held.position
    const payload = pickAt(this.#options.picker, requestId)
    if (payload === 'later') return 'later'
    this.#held = undefined
    const phase = this.#phaseAt(held.atMs)
    if (payload instanceof LoadUserCodeError) {
      return { ...failed(payload, requestId, held.atMs, phase), ...this.#unmadeBatch() }
    }
    const operation = this.#options.operationOf(payload)
    const { batchOf } = this.#options
    if (batchOf === undefined) return { requestId, atMs: held.atMs, operation, phase, payload }
    return { requestId, atMs: held.atMs, operation, phase, payload, batch: batchOf(payload) }
  }

  /** The operations of a message that could not be made have no names. */
  #unmadeBatch(): Pick<Arrival<Request>, 'batch'> {
    const { batchSize = 1 } = this.#options
    if (batchSize === 1) return {}
    return { batch: { operations: Array(batchSize).fill(''), items: Array(batchSize).fill(undefined) } }
  }

  followingMs(): Ms {
    try {
      if (this.#thrown === undefined) this.#ahead ??= this.#advance()
    } catch (error) {
      this.#thrown = { error }
    }
    return this.#ahead?.atMs ?? Number.POSITIVE_INFINITY
  }

  rest(untilMs: Ms): ReadonlyMap<number, number> {
    const counts = new Map<number, number>()
    for (; this.#last !== undefined && this.#last.atMs <= untilMs; this.#last = this.#take()) {
      if (this.#last.atMs < 0) continue
      const phase = this.#phaseAt(this.#last.atMs)
      counts.set(phase, (counts.get(phase) ?? 0) + (this.#options.batchSize ?? 1))
    }
    return counts
  }

  #take(): Place | undefined {
    const thrown = this.#thrown
    this.#thrown = undefined
    if (thrown !== undefined) throw thrown.error
    const ahead = this.#ahead
    this.#ahead = undefined
    return ahead ?? this.#advance()
  }

  #advance(): Place | undefined {
    const { warmUp, share, batchSize = 1 } = this.#options
    for (;;) {
      const atMs = this.#nextTime(warmUp)
      if (atMs === Number.POSITIVE_INFINITY) {
        if (!this.#warmingUp) return undefined
        this.#warmingUp = false
        this.#position = -1
        continue
      }
      this.#position++
      const first = this.#position
      for (let i = 1; i < batchSize; i++, this.#position++) this.#nextTime(warmUp)
      const mine = (first / batchSize) % share.threads === share.thread && share.takes?.(first) !== false
      if (mine) return { position: first, atMs }
    }
  }

  #nextTime(warmUp: ScheduleOptions<Request>['warmUp']): Ms {
    return this.#warmingUp && warmUp !== undefined
      ? beforeZero(warmUp.arrivalTimes.next(), warmUp.durationMs)
      : this.#options.arrivalTimes.next()
  }

  /**
   * Returns −1 outside every phase. Arrivals are in time order, so the search continues from the last arrival's phase.
   */
  #phaseAt(atMs: Ms): number {
    const { phases } = this.#options
    while (this.#phase < phases.length && atMs > (phases[this.#phase]?.endMs ?? 0)) this.#phase++
    const startMs = phases[this.#phase]?.startMs ?? Number.POSITIVE_INFINITY
    // An arrival occurs where the count is reached, so on a boundary it belongs to the phase that ends there.
    return atMs > startMs || (atMs === 0 && startMs === 0) ? this.#phase : -1
  }
}

/**
 * Shifts a warm-up time before zero. An arrival at the end of the warm-up belongs to the warm-up, not to the measured
 * part.
 */
function beforeZero(atMs: Ms, warmUpMs: Ms): Ms {
  return atMs === Number.POSITIVE_INFINITY ? atMs : Math.min(atMs - warmUpMs, -Number.EPSILON)
}

/** Returns the error if code of the user failed to make the request. */
function pickAt<Request>(picker: RequestPicker<Request>, position: number): Request | 'later' | LoadUserCodeError {
  try {
    return picker.pick(position)
  } catch (error) {
    if (error instanceof LoadUserCodeError) return error
    throw error
  }
}

/** Returns the arrival of a request that could not be made. */
function failed<Request>({ message }: LoadUserCodeError, requestId: number, atMs: Ms, phase: number): Arrival<Request> {
  return { requestId, atMs, operation: '', phase, payload: undefined as Request, failure: message }
}

interface ClosedScheduleOptions<Request> extends Pick<ScheduleOptions<Request>, 'share' | 'picker' | 'operationOf'> {
  /** Start of the warm-up; default 0, the start of the measured part. */
  readonly firstStartMs?: Ms
}

/** The closed model: returns a request on every call. */
export class ClosedSchedule<Request> implements ArrivalSource<Request> {
  readonly firstStartMs: Ms
  readonly #options: ClosedScheduleOptions<Request>
  #position: number

  constructor(options: ClosedScheduleOptions<Request>) {
    this.firstStartMs = options.firstStartMs ?? 0
    this.#options = options
    this.#position = options.share.thread
  }

  next(): Arrival<Request> | 'later' {
    const payload = pickAt(this.#options.picker, this.#position)
    if (payload === 'later') return 'later'
    const requestId = this.#position
    this.#position += this.#options.share.threads
    if (payload instanceof LoadUserCodeError) return failed(payload, requestId, 0, -1)
    return { requestId, atMs: 0, operation: this.#options.operationOf(payload), phase: -1, payload }
  }

  followingMs(): Ms {
    return Number.POSITIVE_INFINITY
  }

  rest(): ReadonlyMap<number, number> {
    return new Map()
  }
}
