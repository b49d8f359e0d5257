import type { Answer, Cancel, ExchangeEvents, Outcome, Outgoing, Transferred } from '../model/protocol.ts'
import type { ErrorClass } from '../model/error-class.ts'
import type { DropReason } from '../model/figures.ts'
import type { Sample, SampledBatch } from '../model/sample.ts'
import type { TraceIds, Traceparent } from '../model/trace.ts'
import type { Ms } from '../model/units.ts'
import type { Slot } from './connections/slot.ts'
import type { FifoItem } from './fifo.ts'
import type { ActiveJourney, Planned } from './journeys/active-journey.ts'

/** The engine, as an exchange sees it. */
export interface ExchangeOwner<Request> {
  now(): Ms
  finished(exchange: Exchange<Request>): void
  /** Sends a request again that the server did not process. Returns false if it must fail instead. */
  resend(exchange: Exchange<Request>): boolean
  gap(exchange: Exchange<Request>, gapMs: Ms): void
}

/**
 * One request from its intended start to its outcome. A single object is the request that the protocol sends, the
 * receiver of its events and the recorded sample, because one is allocated for every request.
 */
export class Exchange<Request> implements Outgoing<Request>, ExchangeEvents, Sample, FifoItem<Exchange<Request>> {
  readonly requestId: number
  readonly operation: string
  readonly phase: number
  readonly payload: Request
  readonly intendedMs: Ms
  readonly measured: boolean
  readonly dueMs: Ms
  readonly batch: SampledBatch | undefined
  /** The journey that this step belongs to. */
  readonly journey: ActiveJourney<Request> | undefined
  sentMs: Ms = Number.NaN
  doneMs: Ms = Number.NaN
  /** Total of `Delays` before the request; NaN if they are not measured. */
  delaysBeforeMs: Ms = Number.NaN
  delayMs: Ms = Number.NaN
  firstMessageMs: Ms = Number.NaN
  fate: Sample['fate'] = 'success'
  errorClass: ErrorClass | undefined = undefined
  message: string | undefined = undefined
  excerpt: string | undefined = undefined
  dropReason: DropReason | undefined = undefined
  bytesSent = 0
  bytesReceived = 0
  /** Number of times that the request was sent again. */
  resends = 0
  answer: Answer | undefined = undefined
  status: Outcome['status'] = undefined
  traceparent: Traceparent | undefined = undefined
  slot: Slot<Request> | undefined = undefined
  cancel: Cancel | undefined = undefined
  previous: Exchange<Request> | undefined = undefined
  next: Exchange<Request> | undefined = undefined
  readonly #owner: ExchangeOwner<Request>
  readonly #ended: Map<number, { readonly outcome: Outcome; readonly doneMs: Ms }> | undefined
  #lastMessageMs: Ms = Number.NaN

  constructor(
    owner: ExchangeOwner<Request>,
    { requestId, operation, phase, payload, journey, batch }: Planned<Request>,
    intendedMs: Ms,
    dueMs: Ms,
  ) {
    this.#owner = owner
    this.requestId = requestId
    this.operation = operation
    this.phase = phase
    this.payload = payload
    this.intendedMs = intendedMs
    this.measured = journey === undefined ? intendedMs >= 0 : journey.measured
    this.dueMs = dueMs
    this.journey = journey
    this.#ended = batch && new Map()
    this.batch = batch && { ...batch, ended: this.#ended ?? new Map() }
  }

  get over(): boolean {
    return !Number.isNaN(this.doneMs)
  }

  get parent(): Traceparent | undefined {
    return this.journey?.traceparent
  }

  /**
   * Assigns a trace context: a root, or a child of the journey's context. Warm-up requests are marked as not sampled,
   * so that the target does not record them either.
   */
  giveContext(ids: TraceIds): void {
    const { journey, measured } = this
    if (journey === undefined) this.traceparent = ids.root(measured)
    else this.traceparent = ids.child((journey.traceparent ??= ids.root(measured)))
  }

  onMessage(_bytes: number): void {
    const nowMs = this.#owner.now()
    if (Number.isNaN(this.firstMessageMs)) this.firstMessageMs = nowMs - this.sentMs
    else if (this.measured) this.#owner.gap(this, nowMs - this.#lastMessageMs)
    this.#lastMessageMs = nowMs
  }

  onPart(place: number, outcome: Outcome): void {
    if (!this.over) this.#ended?.set(place, { outcome, doneMs: this.#owner.now() })
  }

  onDone(outcome: Outcome): void {
    // A protocol that responds twice must not make one request count as two.
    if (this.over) return
    this.count(outcome)
    if (outcome.unprocessed === true && this.#owner.resend(this)) return
    this.doneMs = this.#owner.now()
    this.answer = outcome.answer
    this.status = outcome.status
    if (!outcome.ok) {
      this.fate = 'error'
      this.errorClass = outcome.errorClass ?? 'protocol'
      this.message = outcome.message
      this.excerpt = outcome.excerpt
    }
    this.#owner.finished(this)
  }

  /** Adds the bytes that an attempt transferred. */
  count(transferred: Transferred | undefined): void {
    this.bytesSent += transferred?.bytesSent ?? 0
    this.bytesReceived += transferred?.bytesReceived ?? 0
  }

  fail(errorClass: ErrorClass, message: string, atMs: Ms, excerpt?: string): void {
    this.fate = 'error'
    this.errorClass = errorClass
    this.message = message
    this.excerpt = excerpt
    this.doneMs = atMs
  }

  drop(reason: DropReason, atMs: Ms): void {
    this.fate = 'dropped'
    this.dropReason = reason
    this.doneMs = atMs
  }
}
