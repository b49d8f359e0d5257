import { formatValue } from '../model/errors.ts'
import type { PlanIssue } from '../model/errors.ts'
import type { CustomConnection, CustomProtocol } from '../model/custom-protocol.ts'
import { isRecord, positive, text } from '../model/readers.ts'
import { messageOf } from '../model/thrown.ts'
import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outgoing, Protocol } from '../model/protocol.ts'
import { lengthOf } from '../model/body.ts'
import type { AnyRequest } from '../model/requests.ts'
import { ConnectionState } from './connection-state.ts'
import { isWrittenBody } from './request-body.ts'
import { errorOf, CustomExchange } from './custom-exchange.ts'
import { abandoned } from './sockets/connect-error.ts'

/** Adapts a custom protocol to the engine: fills in what the user may omit, and catches the user's mistakes. */
export function customProtocol(custom: CustomProtocol): Protocol<AnyRequest> {
  return {
    name: custom.name,
    healthRead: custom.healthRead ?? {},
    usualFormat: 'text',
    issuesOf,
    describe: ({ name }) => name ?? custom.name,
    messageBytes,
    connect: (target, context) => connectCustom(custom, target, context),
  }
}

/** Checks only `name` and `weight`. The custom protocol defines the rest of the payload. */
function issuesOf(request: unknown, key: string): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  if (!isRecord(request)) issues.push({ key, value: request, rule: 'must be an object' })
  else {
    if (request['name'] !== undefined) text(request['name'], `${key}.name`, issues)
    if (request['weight'] !== undefined) positive(request['weight'], `${key}.weight`, issues)
  }
  return issues
}

/**
 * By convention, a request has its payload in `data` or `body`. Undefined if it has none there, or one that is neither
 * text nor bytes and has no JSON form.
 */
function messageBytes({ data, body = data }: AnyRequest): number | undefined {
  if (body === undefined) return undefined
  if (isWrittenBody(body)) return lengthOf(body)
  try {
    return Buffer.byteLength(JSON.stringify(body))
  } catch {
    return undefined
  }
}

/**
 * Asks the custom protocol for a connection. Rejects as soon as the signal aborts, even when the protocol ignores the
 * signal. A connection that arrives later is destroyed.
 */
async function connectCustom(custom: CustomProtocol, target: URL, context: ConnectContext): Promise<AdaptedConnection> {
  const { signal } = context
  if (signal.aborted) throw abandoned(target, signal)
  const { promise: givenUp, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(abandoned(target, signal))
  signal.addEventListener('abort', onAbort)
  const connecting = open(custom, target, context)
  try {
    return await Promise.race([connecting, givenUp])
  } catch (error) {
    connecting.then(
      (late) => late.destroy(),
      () => {},
    )
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function open(custom: CustomProtocol, target: URL, context: ConnectContext): Promise<AdaptedConnection> {
  const opened: unknown = await custom.connect(target, context)
  if (!isRecord(opened) || typeof opened['exchange'] !== 'function') {
    throw new TypeError(
      `connect of the protocol ${custom.name} must return an object with an exchange function, got ${formatValue(opened)}`,
    )
  }
  const { maxInFlight = 1 } = opened
  if (typeof maxInFlight !== 'number' || !(maxInFlight >= 1)) {
    throw new TypeError(
      `maxInFlight of the protocol ${custom.name} must be at least 1, got ${formatValue(maxInFlight)}`,
    )
  }
  return new AdaptedConnection(opened as unknown as CustomConnection, maxInFlight, context, target.host || target.href)
}

class AdaptedConnection implements Connection<AnyRequest> {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly #state = new ConnectionState()
  readonly #custom: CustomConnection
  readonly #context: ConnectContext
  readonly #host: string
  readonly #underWay = new Set<CustomExchange>()
  /** The `close` function of the custom protocol was called. */
  #closeCalled = false

  constructor(custom: CustomConnection, maxInFlight: number, context: ConnectContext, host: string) {
    this.#custom = custom
    this.#context = context
    this.#host = host
    this.maxInFlight = maxInFlight
    this.closed = this.#state.closed
    custom.closed?.then(
      (reason) => this.#end(reason ?? undefined),
      (reason: unknown) => this.#end(reason),
    )
  }

  get usable(): boolean {
    return this.#state.usable
  }

  exchange(outgoing: Outgoing<AnyRequest>, events: ExchangeEvents): Cancel {
    const exchange = new CustomExchange(outgoing, events, this.#finished)
    this.#underWay.add(exchange)
    try {
      const under = this.#custom.exchange(exchange, exchange)
      // Any thenable, because an async function that was compiled for old engines returns one of its library.
      if (under !== undefined) Promise.resolve(under).catch((error: unknown) => exchange.threw(error))
    } catch (error) {
      exchange.threw(error)
    }
    return exchange.cancel
  }

  async close(): Promise<void> {
    this.#state.startClosing()
    this.#settle()
    await this.closed
  }

  destroy(): void {
    if (this.#state.over) return
    this.#state.retire()
    if (this.#custom.destroy === undefined) void this.#close()
    else {
      try {
        this.#custom.destroy()
      } catch (error) {
        this.#context.log(`destroying threw: ${messageOf(error)}`)
      }
    }
    this.#end(undefined)
  }

  readonly #finished = (exchange: CustomExchange): void => {
    this.#underWay.delete(exchange)
    this.#settle()
  }

  #settle(): void {
    if (this.#state.closing && this.#underWay.size === 0) void this.#close()
  }

  async #close(): Promise<void> {
    if (this.#closeCalled) return
    this.#closeCalled = true
    try {
      await this.#custom.close?.()
    } catch (error) {
      this.#context.log(`closing threw: ${messageOf(error)}`)
    }
    this.#end(undefined)
  }

  /** Marks the connection as ended, and fails every exchange that is still in flight. */
  #end(lost: unknown): void {
    if (this.#state.over) return
    this.#state.stop()
    if (lost !== undefined) this.#state.lose(errorOf(lost))
    const { reason } = this.#state
    const message = reason === undefined ? 'the connection was closed' : messageOf(reason)
    for (const exchange of this.#underWay) exchange.onDone({ ok: false, errorClass: 'connection', message })
    this.#state.logEnd(this.#context, this.#host)
    this.#state.end()
  }
}
