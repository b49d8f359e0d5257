import type { PlanFault } from '../model/errors.ts'
import type { OwnConnection, OwnOutcome, OwnProtocol } from '../model/own-protocol.ts'
import { isRecord, positive, text } from '../model/plan-readers.ts'
import type {
  Cancel,
  ConnectContext,
  Connection,
  ExchangeEvents,
  Outcome,
  Outgoing,
  Protocol,
} from '../model/protocol.ts'
import type { AnyRequest } from '../model/requests.ts'

const NOTHING = { bytesSent: 0, bytesReceived: 0 }

/** A protocol of the user's own as the engine sees it: what they may leave out is filled in, what they may do wrong is caught. */
export function ownProtocol(own: OwnProtocol): Protocol<AnyRequest> {
  return {
    name: own.name,
    healthRead: own.healthRead ?? {},
    usualFormat: 'text',
    faultsOf,
    word: ({ name }) => name ?? own.name,
    async connect(target, context) {
      return new OwnedConnection(await own.connect(target, context), context)
    },
  }
}

/** What the payload must be is between the plan and the protocol; its label is ours. */
function faultsOf(request: unknown, key: string): readonly PlanFault[] {
  const faults: PlanFault[] = []
  if (!isRecord(request)) faults.push({ key, value: request, rule: 'must be an object' })
  else {
    if (request['name'] !== undefined) text(request['name'], `${key}.name`, faults)
    if (request['weight'] !== undefined) positive(request['weight'], `${key}.weight`, faults)
  }
  return faults
}

class OwnedConnection implements Connection<AnyRequest> {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly #own: OwnConnection
  readonly #context: ConnectContext
  readonly #underWay = new Set<OwnExchange>()
  readonly #end: (reason: Error | undefined) => void
  #usable = true

  constructor(own: OwnConnection, context: ConnectContext) {
    this.#own = own
    this.#context = context
    this.maxInFlight = own.maxInFlight ?? 1
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise
    this.#end = resolve
    own.closed?.then(
      (reason) => this.#lost(reason),
      (reason: unknown) => this.#lost(errorOf(reason)),
    )
  }

  get usable(): boolean {
    return this.#usable
  }

  exchange(outgoing: Outgoing<AnyRequest>, events: ExchangeEvents): Cancel {
    const exchange = new OwnExchange(outgoing, events, () => this.#underWay.delete(exchange))
    this.#underWay.add(exchange)
    try {
      const under = this.#own.exchange(exchange, exchange)
      if (under instanceof Promise) under.catch((error: unknown) => exchange.threw(error))
    } catch (error) {
      exchange.threw(error)
    }
    return exchange.cancel
  }

  async close(): Promise<void> {
    this.#usable = false
    try {
      await this.#own.close?.()
    } catch (error) {
      this.#context.log(`closing threw: ${errorOf(error).message}`)
    }
    this.#lost(undefined)
  }

  destroy(): void {
    if (!this.#usable && this.#underWay.size === 0) return
    this.#usable = false
    try {
      if (this.#own.destroy !== undefined) this.#own.destroy()
      else void Promise.resolve(this.#own.close?.()).catch(() => {})
    } catch (error) {
      this.#context.log(`destroying threw: ${errorOf(error).message}`)
    }
    this.#lost(undefined)
  }

  #lost(reason: Error | undefined): void {
    this.#usable = false
    const message = reason?.message ?? 'the connection was closed'
    for (const exchange of this.#underWay) exchange.onDone({ ok: false, errorClass: 'connection', message })
    this.#end(reason)
  }
}

/** One exchange: what the user's protocol sends, and whom it tells. */
class OwnExchange {
  readonly requestId: number
  readonly operation: string
  readonly payload: AnyRequest
  readonly #events: ExchangeEvents
  readonly #over: () => void
  #abort: AbortController | undefined
  #done = false

  constructor({ requestId, operation, payload }: Outgoing<AnyRequest>, events: ExchangeEvents, over: () => void) {
    this.requestId = requestId
    this.operation = operation
    this.payload = payload
    this.#events = events
    this.#over = over
  }

  /** Made when it is looked at: most protocols never do. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  readonly onMessage = (bytes: number): void => {
    if (!this.#done) this.#events.onMessage(bytes)
  }

  readonly onDone = (outcome: OwnOutcome): void => {
    if (this.#done) return
    this.#finish()
    const { ok, bytesSent = 0, bytesReceived = 0, message, answer } = outcome
    const told: Outcome = ok
      ? { ok, bytesSent, bytesReceived, ...(answer !== undefined && { answer }) }
      : {
          ok,
          bytesSent,
          bytesReceived,
          errorClass: outcome.errorClass ?? 'protocol',
          ...(message !== undefined && { message }),
        }
    this.#events.onDone(told)
  }

  readonly cancel: Cancel = () => {
    this.#finish()
    this.#abort?.abort(new DOMException('the exchange was given up', 'AbortError'))
    return NOTHING
  }

  threw(error: unknown): void {
    this.onDone({ ok: false, errorClass: 'protocol', message: `exchange threw: ${errorOf(error).message}` })
  }

  #finish(): void {
    this.#done = true
    this.#over()
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
