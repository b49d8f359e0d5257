import { formatValue } from '../model/errors.ts'
import type { CustomOutcome } from '../model/custom-protocol.ts'
import { isRecord } from '../model/readers.ts'
import { messageOf } from '../model/thrown.ts'
import { ERROR_CLASSES } from '../model/error-class.ts'
import type { Cancel, ExchangeEvents, Outcome, Outgoing } from '../model/protocol.ts'
import type { AnyRequest } from '../model/requests.ts'
import type { Traceparent } from '../model/trace.ts'

const NOTHING = { bytesSent: 0, bytesReceived: 0 }
const MAX_STATUS_LENGTH = 100
const CLASSES: ReadonlySet<unknown> = new Set(ERROR_CLASSES)

/** One exchange: the request that a custom protocol sends, and the callbacks it reports to. */
export class CustomExchange {
  readonly requestId: number
  readonly operation: string
  readonly payload: AnyRequest
  readonly traceparent: Traceparent | undefined
  readonly #events: ExchangeEvents
  readonly #over: (exchange: CustomExchange) => void
  #abort: AbortController | undefined
  #done = false

  constructor(
    { requestId, operation, payload, traceparent }: Outgoing<AnyRequest>,
    events: ExchangeEvents,
    over: (exchange: CustomExchange) => void,
  ) {
    this.requestId = requestId
    this.operation = operation
    this.payload = payload
    this.traceparent = traceparent
    this.#events = events
    this.#over = over
  }

  /** Created on first access, because most protocols never read it. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  readonly onMessage = (bytes: number): void => {
    if (!this.#done) this.#events.onMessage(bytes)
  }

  readonly onDone = (outcome: CustomOutcome): void => {
    if (this.#done) return
    this.#finish()
    this.#events.onDone(safeOutcomeOf(outcome))
  }

  readonly cancel: Cancel = () => {
    this.#finish()
    this.#abort?.abort(new DOMException('the exchange was cancelled', 'AbortError'))
    return NOTHING
  }

  threw(error: unknown): void {
    this.onDone({ ok: false, errorClass: 'user-error', message: `exchange threw: ${messageOf(error)}` })
  }

  #finish(): void {
    this.#done = true
    this.#over(this)
  }
}

/** The outcome may have getters, and they may throw. */
function safeOutcomeOf(reported: unknown): Outcome {
  try {
    return outcomeOf(reported)
  } catch (error) {
    const message = `reading the outcome of onDone threw: ${messageOf(error)}`
    return { ok: false, ...NOTHING, errorClass: 'user-error', message }
  }
}

/** Validates an outcome from a custom protocol. JavaScript is not type-checked, so a mistake fails the exchange. */
function outcomeOf(reported: unknown): Outcome {
  if (!isRecord(reported) || typeof reported['ok'] !== 'boolean') {
    return mistaken(`onDone must be called with { ok: true } or { ok: false }, got ${formatValue(reported)}`)
  }
  for (const name of ['bytesSent', 'bytesReceived'] as const) {
    const bytes = reported[name] ?? 0
    if (typeof bytes !== 'number' || !(bytes >= 0 && Number.isFinite(bytes))) {
      return mistaken(`${name} must be a number of at least 0, got ${formatValue(bytes)}`)
    }
  }
  const {
    ok,
    bytesSent = 0,
    bytesReceived = 0,
    status,
    errorClass = 'protocol',
    message,
    answer,
  } = reported as unknown as CustomOutcome
  if (status !== undefined && !isStatus(status)) {
    return mistaken(
      `status must be a number or a string of 1 to ${MAX_STATUS_LENGTH} characters, got ${formatValue(status)}`,
    )
  }
  const transferred = { bytesSent, bytesReceived, ...(status !== undefined && { status }) }
  if (ok) return { ok, ...transferred, ...(answer !== undefined && { answer }) }
  if (!CLASSES.has(errorClass)) {
    return mistaken(`errorClass must be one of ${ERROR_CLASSES.join(', ')}, got ${formatValue(errorClass)}`)
  }
  // Only text can cross a thread in any case.
  if (message !== undefined && typeof message !== 'string') {
    return mistaken(`message must be a string, got ${formatValue(message)}`)
  }
  return { ok, ...transferred, errorClass, ...(message !== undefined && { message }) }
}

function isStatus(status: unknown): boolean {
  if (typeof status === 'number') return Number.isFinite(status)
  return typeof status === 'string' && status.length > 0 && status.length <= MAX_STATUS_LENGTH
}

function mistaken(message: string): Outcome {
  return { ok: false, ...NOTHING, errorClass: 'protocol', message }
}

export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown))
}
