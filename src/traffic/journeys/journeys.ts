import type { LoadInternalError } from '../../model/errors.ts'
import type { Answer } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'
import type { JourneyArrival } from '../arrival-source.ts'
import { Bookkeeping } from '../bookkeeping.ts'
import type { Clock } from '../clock.ts'
import type { Slot } from '../connections/slot.ts'
import type { DispatchEvents } from '../dispatch-options.ts'
import type { Exchange, Planned } from '../exchange.ts'
import { ActiveJourney } from './active-journey.ts'

/** What journeys ask of the engine that sends their steps. */
export interface JourneyHost<Request> {
  /** A step is due. */
  admit(step: Planned<Request>, intendedMs: Ms, dueMs: Ms): void
  /** A step came due, but the run ends before the engine got to it. */
  dropUnseen(step: Planned<Request>, intendedMs: Ms, dueMs: Ms): void
  release(slot: Slot<Request>): void
  broken(error: unknown): void
}

export interface JourneyOptions {
  readonly clock: Clock
  /** A journey keeps the connection of its first step to its end. */
  readonly holdConnections: boolean
  readonly events: Pick<DispatchEvents, 'journeyArrived' | 'journeySettled'>
}

/**
 * The journeys under way. After each step that succeeded the next one is planned, with an intended start of its own: the
 * end of the step before plus think time. A step that failed or was dropped ends its journey.
 */
export class Journeys<Request> {
  readonly #options: JourneyOptions
  readonly #host: JourneyHost<Request>
  readonly #books = new Bookkeeping()
  readonly #active = new Set<ActiveJourney<Request>>()
  readonly #ready: ActiveJourney<Request>[] = []
  #starting = false
  #latestMs: Ms = Number.NEGATIVE_INFINITY

  constructor(options: JourneyOptions, host: JourneyHost<Request>) {
    this.#options = options
    this.#host = host
  }

  /** How many are under way. */
  get size(): number {
    return this.#active.size
  }

  /** The latest intended start of a step, also of one that is still to come. */
  get latestMs(): Ms {
    return this.#latestMs
  }

  begin(arrival: JourneyArrival<Request>, intendedMs: Ms, dueMs: Ms): void {
    const journey = new ActiveJourney(arrival, intendedMs, dueMs)
    this.#active.add(journey)
    this.#books.arrived(intendedMs, dueMs)
    this.#options.events.journeyArrived(journey)
    this.#planNext(journey, undefined, intendedMs)
    this.startReady()
  }

  /** A step met its fate. What comes next is planned, but not started before `startReady`. */
  settled(step: Exchange<Request>, journey: ActiveJourney<Request>): void {
    journey.count(step)
    if (step.fate !== 'success') return this.#end(journey, step.doneMs)
    this.#planNext(journey, step.answer, step.doneMs)
    if (this.#options.holdConnections && !journey.over) this.#hold(journey, step)
  }

  /** Starts what has nothing to wait for. */
  startReady(): void {
    // A protocol may answer before it returns: then the loop below goes on, instead of a new one on top of it.
    if (this.#starting) return
    this.#starting = true
    for (let journey = this.#ready.shift(); journey !== undefined; journey = this.#ready.shift()) {
      if (journey.step !== undefined) this.#host.admit(journey.step, journey.stepAtMs, this.#options.clock.now())
    }
    this.#starting = false
  }

  /** The run ends: journeys that think are cut off. No step may be under way any more. */
  cutOff(nowMs: Ms): void {
    for (const journey of this.#active) {
      journey.thinking?.()
      if (journey.step !== undefined && journey.stepAtMs <= nowMs) {
        this.#host.dropUnseen(journey.step, journey.stepAtMs, nowMs)
        continue
      }
      journey.fate = 'dropped'
      journey.dropReason = 'stopped'
      this.#end(journey, nowMs)
    }
  }

  /** Nothing more is started. */
  halt(): void {
    this.#ready.length = 0
    for (const { thinking } of this.#active) thinking?.()
  }

  /** As `Bookkeeping.close`. */
  close(): LoadInternalError | undefined {
    return this.#books.close()
  }

  #planNext(journey: ActiveJourney<Request>, answer: Answer | undefined, afterMs: Ms): void {
    try {
      const step = journey.steps.next(answer)
      if (step === undefined) return this.#end(journey, afterMs)
      journey.planStep(step, afterMs)
    } catch (error) {
      return this.#host.broken(error)
    }
    this.#latestMs = Math.max(this.#latestMs, journey.stepAtMs)
    if (!this.#mustThink(journey)) this.#ready.push(journey)
  }

  /** A timer may be early by a part of a millisecond, but no step is sent before its intended start. */
  #mustThink(journey: ActiveJourney<Request>): boolean {
    const leftMs = journey.stepAtMs - this.#options.clock.now()
    journey.thinking = leftMs > 0 ? this.#options.clock.after(leftMs, () => this.#thought(journey)) : undefined
    return leftMs > 0
  }

  #thought(journey: ActiveJourney<Request>): void {
    if (this.#mustThink(journey)) return
    this.#ready.push(journey)
    this.startReady()
  }

  #hold(journey: ActiveJourney<Request>, step: Exchange<Request>): void {
    const { slot } = step
    if (slot === undefined) return
    step.slot = undefined
    journey.slot = slot
    journey.holds = true
    slot.onLost = () => {
      journey.slot = undefined
      this.#host.release(slot)
    }
  }

  #end(journey: ActiveJourney<Request>, atMs: Ms): void {
    journey.doneMs = atMs
    this.#active.delete(journey)
    this.#books.finished(journey.intendedMs, atMs)
    this.#options.events.journeySettled(journey)
    const slot = journey.takeHeld()
    if (slot !== undefined) this.#host.release(slot)
  }
}
