import { fail } from 'node:assert/strict'
import type { CustomProtocol } from '../../model/custom-protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { ERROR_CLASSES } from '../../model/error-class.ts'
import type { Cancel, ConnectContext, Connection, Outcome, Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import type { Ms } from '../../model/units.ts'

/** Server that a case runs against. */
export interface ConformanceServer {
  readonly url: string | URL
  /** Stops the server immediately and closes all its connections. */
  stop(): Promise<void> | void
}

export interface ConformanceOptions {
  /** Starts a server that answers `request` successfully. Every case starts and stops one. */
  start(): Promise<ConformanceServer> | ConformanceServer
  /** Request to send. Default: the protocol's health request. */
  readonly request?: AnyRequest
  /** Request that the server answers late or never, for cases that cancel it in flight. Default: `request`. */
  readonly slowRequest?: AnyRequest
  /** Maximum time to wait for an expected event, in milliseconds. Default 5 000. */
  readonly patienceMs?: Ms
  /** Additional context of every connection, such as TLS options and headers. */
  readonly context?: Partial<ConnectContext>
}

/** An exchange in flight and the outcomes that `onDone` has reported. */
export interface Watched {
  readonly outcomes: readonly Outcome[]
  readonly done: Promise<Outcome>
  readonly cancel: Cancel
}

/** An event that a protocol promises did not happen in time. */
export class PatienceError extends Error {
  override name = 'PatienceError'
}

/** Resources of one case: the server, the connections to it, and time limits for waiting. */
export class Subject {
  readonly protocol: Protocol<AnyRequest>
  readonly request: AnyRequest
  readonly slowRequest: AnyRequest
  readonly server: ConformanceServer
  readonly #options: ConformanceOptions
  readonly #connections: Connection<AnyRequest>[] = []
  /** Number of messages that the protocol has reported as unsolicited. */
  unsolicited = 0
  #requests = 0

  constructor(protocol: Protocol<AnyRequest>, options: ConformanceOptions, server: ConformanceServer) {
    this.protocol = protocol
    this.#options = options
    this.server = server
    this.request = options.request ?? protocol.healthRead
    this.slowRequest = options.slowRequest ?? this.request
  }

  async connect(signal: AbortSignal = new AbortController().signal): Promise<Connection<AnyRequest>> {
    const context: ConnectContext = {
      tls: {},
      headers: {},
      reuse: true,
      log: () => {},
      onUnsolicited: (messages) => void (this.unsolicited += messages),
      ...this.#options.context,
      signal,
    }
    const connection = await this.within('the connection', this.protocol.connect(new URL(this.server.url), context))
    this.#connections.push(connection)
    return connection
  }

  send(connection: Connection<AnyRequest>, payload: AnyRequest = this.request): Watched {
    const outcomes: Outcome[] = []
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const cancel = connection.exchange(
      { requestId: this.#requests++, operation: payload.name ?? '', payload },
      {
        onMessage() {},
        onDone(outcome) {
          outcomes.push(outcome)
          resolve(outcome)
        },
      },
    )
    return { outcomes, done: promise, cancel }
  }

  /** Waits for `promise`; rejects after `patienceMs`. `what` names the awaited event in the message. */
  async within<Value>(what: string, promise: Promise<Value>): Promise<Value> {
    const patienceMs = this.#options.patienceMs ?? 5_000
    const late = Promise.withResolvers<never>()
    const timer = realTime.setTimeout(() => {
      late.reject(new PatienceError(`timed out after ${patienceMs} ms waiting for ${what}`))
    }, patienceMs)
    try {
      return await Promise.race([promise, late.promise])
    } finally {
      realTime.clearTimeout(timer)
    }
  }

  /** Waits long enough for an unwanted event to happen. */
  async quietly(ms: Ms = 50): Promise<void> {
    await new Promise<void>((resolve) => void realTime.setTimeout(resolve, ms))
  }

  async end(): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await this.server.stop()
  }
}

/** Throws when an outcome violates the contract, or when its `ok` differs from the expected one. */
export function holdOutcome(outcome: Outcome, ok: boolean): void {
  if (outcome.ok !== ok)
    fail(ok ? `the exchange failed: ${outcome.errorClass} ${outcome.message}` : 'the exchange succeeded')
  if (!(outcome.bytesReceived >= 0 && outcome.bytesSent >= 0)) fail('bytesReceived and bytesSent must be at least 0')
  if (ok) return
  if (!ERROR_CLASSES.some((name) => name === outcome.errorClass)) fail(`'${outcome.errorClass}' is not an error class`)
}

export function isShipped(protocol: CustomProtocol | Protocol<AnyRequest>): protocol is Protocol<AnyRequest> {
  return 'issuesOf' in protocol
}
