import type { ArrivedBatch } from '../arrival-source.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { DropReason } from '../../model/figures.ts'
import type { JourneySample, Sample } from '../../model/sample.ts'
import type { Traceparent } from '../../model/trace.ts'
import type { Ms } from '../../model/units.ts'
import type { JourneyArrival } from '../arrival-source.ts'
import type { Cancel } from '../clock.ts'
import type { Slot } from '../connections/slot.ts'

import type { JourneySteps, Step } from './journey-steps.ts'

/** Distance between the ids of two consecutive steps of one journey: larger than the number of journeys in a run. */
const STEP_IDS = 2 ** 32

/** A request to send: an arrival of the schedule, or a step of a journey. */
export interface Planned<Request> {
  readonly requestId: number
  readonly operation: string
  readonly phase: number
  readonly payload: Request
  readonly batch?: ArrivedBatch | undefined
  readonly journey?: ActiveJourney<Request>
  /** Why code of the user could not make the request: it fails with class `user-error` and is never sent. */
  readonly failure?: string
}

/**
 * A journey from its arrival to its outcome. It is also its own sample, reported as if it were one request: sent with
 * its first step and done with its last.
 */
export class ActiveJourney<Request> implements JourneySample {
  readonly requestId: number
  readonly operation = ''
  readonly phase: number
  readonly intendedMs: Ms
  readonly measured: boolean
  readonly dueMs: Ms
  readonly firstMessageMs: Ms = Number.NaN
  readonly delayMs: Ms = Number.NaN
  sentMs: Ms = Number.NaN
  doneMs: Ms = Number.NaN
  fate: Sample['fate'] = 'success'
  errorClass: ErrorClass | undefined = undefined
  message: string | undefined = undefined
  dropReason: DropReason | undefined = undefined
  failedStep: Sample | undefined = undefined
  bytesSent = 0
  bytesReceived = 0
  thinkMs: Ms = 0
  /** Assigned with the first step. */
  traceparent: Traceparent | undefined = undefined
  readonly steps: JourneySteps<Request>
  /** The current or next step; undefined before the first. */
  step: Planned<Request> | undefined = undefined
  /** Intended start of `step`. */
  stepAtMs: Ms = Number.NaN
  /** Cancels the timer while the journey waits for the intended start. */
  thinking: Cancel | undefined = undefined
  /** The connection held between two steps; during a step its exchange owns the slot. */
  slot: Slot<Request> | undefined = undefined
  /** True once the journey has held its own connection, even if that was lost. */
  holds = false

  constructor({ requestId, phase, journey }: JourneyArrival<Request>, intendedMs: Ms, dueMs: Ms) {
    this.requestId = requestId
    this.phase = phase
    this.intendedMs = intendedMs
    this.measured = intendedMs >= 0
    this.dueMs = dueMs
    this.steps = journey
  }

  get over(): boolean {
    return !Number.isNaN(this.doneMs)
  }

  /** Plans a step that fails, because the journey threw instead of returning it. */
  planFailure(failure: string, afterMs: Ms): void {
    this.planStep({ operation: '', payload: undefined as Request, thinkMs: 0 }, afterMs)
    if (this.step !== undefined) this.step = { ...this.step, failure }
  }

  planStep({ operation, payload, thinkMs }: Step<Request>, afterMs: Ms): void {
    // Warm-up journeys count down from −1, so their step ids count down too.
    const stepIds = this.requestId < 0 ? -STEP_IDS : STEP_IDS
    const requestId = this.step === undefined ? this.requestId : this.step.requestId + stepIds
    this.step = { requestId, operation, phase: this.phase, payload, journey: this }
    this.stepAtMs = afterMs + thinkMs
    this.thinkMs += thinkMs
  }

  /** Takes the slot that the journey holds between two steps; undefined if it holds none or lost it. */
  takeHeld(): Slot<Request> | undefined {
    const { slot } = this
    if (slot !== undefined) slot.onLost = undefined
    this.slot = undefined
    return slot
  }

  /** Adds a finished step; its outcome is the journey's outcome so far. */
  count(step: Sample): void {
    const { sentMs, bytesSent, bytesReceived, fate, errorClass, message, dropReason, operation } = step
    if (Number.isNaN(this.sentMs)) this.sentMs = sentMs
    this.bytesSent += bytesSent
    this.bytesReceived += bytesReceived
    this.fate = fate
    this.errorClass = errorClass
    const where = operation === '' ? '' : `${operation}: `
    this.message = fate === 'error' ? `${where}${message ?? ''}` : undefined
    this.failedStep = fate === 'error' ? step : undefined
    this.dropReason = dropReason
  }
}
