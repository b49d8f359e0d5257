import type { ErrorClass } from '../../model/protocol.ts'
import type { DropReason } from '../../model/result.ts'
import type { JourneySample, Sample } from '../../model/sample.ts'
import type { Traceparent } from '../../model/trace.ts'
import type { Ms } from '../../model/units.ts'
import type { JourneyArrival } from '../arrival-source.ts'
import type { CallOff } from '../clock.ts'
import type { Slot } from '../connections/slot.ts'
import type { Planned } from '../exchange.ts'
import type { JourneySteps, Step } from './journey-steps.ts'

/** Between the ids of two steps of one journey: more than a run has journeys. */
const STEP_IDS = 2 ** 32

/**
 * A journey from its arrival to its fate, and the sample of it, as if it were one request: sent with its first step, done
 * with its last.
 */
export class ActiveJourney<Request> implements JourneySample {
  readonly requestId: number
  readonly operation = ''
  readonly phase: number
  readonly intendedMs: Ms
  readonly measured: boolean
  readonly dueMs: Ms
  readonly firstMessageMs: Ms = Number.NaN
  sentMs: Ms = Number.NaN
  doneMs: Ms = Number.NaN
  fate: Sample['fate'] = 'success'
  errorClass: ErrorClass | undefined = undefined
  message: string | undefined = undefined
  dropReason: DropReason | undefined = undefined
  bytesSent = 0
  bytesReceived = 0
  thinkMs: Ms = 0
  /** Given to it with its first step. */
  traceparent: Traceparent | undefined = undefined
  readonly steps: JourneySteps<Request>
  /** The step that is under way or will be; undefined before the first. */
  step: Planned<Request> | undefined = undefined
  /** Its intended start. */
  stepAtMs: Ms = Number.NaN
  /** It waits for its intended start. */
  thinking: CallOff | undefined = undefined
  /** Held between two steps; while a step is under way its exchange has it. */
  slot: Slot<Request> | undefined = undefined
  /** The journey has a connection of its own, or had one. */
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

  planStep({ operation, payload, thinkMs }: Step<Request>, afterMs: Ms): void {
    // The warm-up counts its journeys down from −1, so its steps go down as well.
    const stepIds = this.requestId < 0 ? -STEP_IDS : STEP_IDS
    const requestId = this.step === undefined ? this.requestId : this.step.requestId + stepIds
    this.step = { requestId, operation, phase: this.phase, payload, journey: this }
    this.stepAtMs = afterMs + thinkMs
    this.thinkMs += thinkMs
  }

  /** The slot that it holds between two steps, for the next one; undefined when it holds none any more. */
  takeHeld(): Slot<Request> | undefined {
    const { slot } = this
    if (slot !== undefined) slot.onLost = undefined
    this.slot = undefined
    return slot
  }

  /** A step met its fate, and what became of it is the journey's fate so far. */
  count({ sentMs, bytesSent, bytesReceived, fate, errorClass, message, dropReason, operation }: Sample): void {
    if (Number.isNaN(this.sentMs)) this.sentMs = sentMs
    this.bytesSent += bytesSent
    this.bytesReceived += bytesReceived
    this.fate = fate
    this.errorClass = errorClass
    this.message = fate === 'error' ? `${operation}: ${message ?? ''}` : undefined
    this.dropReason = dropReason
  }
}
