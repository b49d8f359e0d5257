import { LoadError, LoadInternalError, LoadUserCodeError } from '../../model/errors.ts'
import type { Answer } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'
import type { JourneyArrival } from '../arrival-source.ts'
import { ConservationCheck } from '../conservation-check.ts'
import type { Clock } from '../clock.ts'
import type { Slot } from '../connections/slot.ts'
import type { DispatchEvents } from '../dispatch-options.ts'
import type { Exchange } from '../exchange.ts'
import type { Planned } from './active-journey.ts'
import { ActiveJourney } from './active-journey.ts'

/** The engine, as journeys use it to send their steps. */
export interface JourneyHost<Request> {
  /** Sends a step that is due. */
  admit(step: Planned<Request>, intendedMs: Ms, dueMs: Ms): void
  /** Drops a step that was due but that the engine did not reach before the run ended. */
  dropUnseen(step: Planned<Request>, intendedMs: Ms, dueMs: Ms): void
  release(slot: Slot<Request>): void
  broken(error: unknown): void
}

export interface JourneyOptions {
  readonly clock: Clock
  /** A journey keeps the connection of its first step until it ends. */
  readonly holdConnections: boolean
  readonly events: Pick<DispatchEvents, 'journeyArrived' | 'journeySettled'>
}

/**
 * The journeys in progress. After each successful step the next one is scheduled; its intended start is the end of the
 * previous step plus think time. A failed or dropped step ends its journey.
 */
export class Journeys<Request> {
  readonly #options: JourneyOptions
  readonly #host: JourneyHost<Request>
  readonly #conservation = new ConservationCheck()
  readonly #active = new Set<ActiveJourney<Request>>()
  readonly #ready: ActiveJourney<Request>[] = []
  #starting = false
  /** The journey whose code is running. */
  #planning: ActiveJourney<Request> | undefined
  #latestMs: Ms = Number.NEGATIVE_INFINITY

  constructor(options: JourneyOptions, host: JourneyHost<Request>) {
    this.#options = options
    this.#host = host
  }

  /** Number of journeys in progress. */
  get size(): number {
    return this.#active.size
  }

  /** The latest intended start of any step, including steps still to come. */
  get latestMs(): Ms {
    return this.#latestMs
  }

  begin(arrival: JourneyArrival<Request>, intendedMs: Ms, dueMs: Ms): void {
    const journey = new ActiveJourney(arrival, intendedMs, dueMs)
    this.#active.add(journey)
    this.#conservation.arrived(intendedMs, dueMs)
    this.#options.events.journeyArrived(journey)
    this.#planNext(journey, undefined, intendedMs)
    this.startReady()
  }

  /** Handles the outcome of a step: schedules the next step, which `startReady` then starts. */
  settled(step: Exchange<Request>, journey: ActiveJourney<Request>): void {
    journey.count(step)
    if (step.fate !== 'success') return this.#end(journey, step.doneMs)
    this.#planNext(journey, step.answer, step.doneMs)
    if (this.#options.holdConnections && !journey.over) this.#hold(journey, step)
  }

  /** Starts the steps that need not wait. */
  startReady(): void {
    // A protocol may respond before `exchange` returns. The loop below then continues, which avoids recursion.
    if (this.#starting) return
    this.#starting = true
    for (let journey = this.#ready.shift(); journey !== undefined; journey = this.#ready.shift()) {
      if (journey.step !== undefined) this.#host.admit(journey.step, journey.stepAtMs, this.#options.clock.now())
    }
    this.#starting = false
  }

  /**
   * Cuts off thinking journeys at the end of a run. No step may be in flight any more. `failure` says how code of the
   * user ended the run, if it did; that may be the code of a journey.
   */
  cutOff(nowMs: Ms, failure: string | undefined): void {
    for (const journey of this.#active) {
      journey.thinking?.()
      if (journey === this.#planning && failure !== undefined) {
        journey.planFailure(failure, nowMs)
        if (journey.step !== undefined) this.#host.admit(journey.step, nowMs, nowMs)
        continue
      }
      if (journey.step !== undefined && journey.stepAtMs <= nowMs) {
        this.#host.dropUnseen(journey.step, journey.stepAtMs, nowMs)
        continue
      }
      journey.fate = 'dropped'
      journey.dropReason = 'stopped'
      this.#end(journey, nowMs)
    }
  }

  /** Prevents any further start. */
  halt(): void {
    this.#ready.length = 0
    for (const { thinking } of this.#active) thinking?.()
  }

  /** Checks the journeys' accounting, like `ConservationCheck.close`. */
  close(): LoadInternalError | undefined {
    return this.#conservation.close()
  }

  #planNext(journey: ActiveJourney<Request>, answer: Answer | undefined, afterMs: Ms): void {
    this.#planning = journey
    try {
      const step = journey.steps.next(answer)
      if (step === undefined) return this.#end(journey, afterMs)
      journey.planStep(step, afterMs)
    } catch (error) {
      if (!this.#isOutcome(error)) return this.#host.broken(error)
      journey.planFailure(error.message, afterMs)
    } finally {
      this.#planning = undefined
    }
    this.#latestMs = Math.max(this.#latestMs, journey.stepAtMs)
    if (!this.#mustThink(journey)) this.#ready.push(journey)
  }

  /**
   * Whether an error is the outcome of a step. A journey that breaks a rule before any step was planned ends the run
   * instead: nothing is lost, and its author gets the error immediately.
   */
  #isOutcome(error: unknown): error is LoadError {
    if (error instanceof LoadUserCodeError) return true
    const isPlanned = this.#latestMs !== Number.NEGATIVE_INFINITY
    return isPlanned && error instanceof LoadError && !(error instanceof LoadInternalError)
  }

  /** A timer may fire a fraction of a millisecond early, but no step is sent before its intended start. */
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
    this.#conservation.finished(journey.intendedMs, atMs)
    this.#options.events.journeySettled(journey)
    const slot = journey.takeHeld()
    if (slot !== undefined) this.#host.release(slot)
  }
}
