import { fail } from 'node:assert/strict'
import type { OwnProtocol } from '../../model/own-protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { ERROR_CLASSES } from '../../model/protocol.ts'
import type { Cancel, ConnectContext, Connection, Outcome, Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import type { Ms } from '../../model/units.ts'

/** A server that the protocol is held against. */
export interface ConformanceServer {
  readonly url: string | URL
  /** Ends it at once, with all its connections. */
  stop(): Promise<void> | void
}

export interface ConformanceOptions {
  /** Starts a server that answers `request` with success. Called for every case; each is stopped when its case ends. */
  start(): Promise<ConformanceServer> | ConformanceServer
  /** What is sent; the protocol's health read when absent. */
  readonly request?: AnyRequest
  /** A request that the server takes and answers late or never, for the cases in which one is given up under way. */
  readonly slowRequest?: AnyRequest
  /** How long a case may wait for what must come; 5 000 ms when absent. */
  readonly patienceMs?: Ms
  /** Context of every connection beside what is given here: TLS options, headers. */
  readonly context?: Partial<ConnectContext>
}

/** An exchange under way: how often it was told to be over, and as what. */
export interface Watched {
  readonly outcomes: readonly Outcome[]
  readonly done: Promise<Outcome>
  readonly cancel: Cancel
}

/** One case's means: a server, connections to it, and the patience to wait for them. */
export class Subject {
  readonly protocol: Protocol<AnyRequest>
  readonly request: AnyRequest
  readonly slowRequest: AnyRequest
  readonly server: ConformanceServer
  readonly #options: ConformanceOptions
  readonly #connections: Connection<AnyRequest>[] = []
  /** Messages that the protocol has reported as not being a response to any request. */
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

  /** Rejects when what must come does not. */
  async within<Value>(what: string, promise: Promise<Value>): Promise<Value> {
    const patienceMs = this.#options.patienceMs ?? 5_000
    const late = Promise.withResolvers<never>()
    const timer = realTime.setTimeout(() => {
      late.reject(new Error(`${what} did not come within ${patienceMs} ms`))
    }, patienceMs)
    try {
      return await Promise.race([promise, late.promise])
    } finally {
      realTime.clearTimeout(timer)
    }
  }

  /** A moment in which what must not happen could. */
  async quietly(ms: Ms = 50): Promise<void> {
    await new Promise<void>((resolve) => void realTime.setTimeout(resolve, ms))
  }

  async end(): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await this.server.stop()
  }
}

/** Throws what an outcome has against the contract; a success is expected where `ok` is true. */
export function holdOutcome(outcome: Outcome, ok: boolean): void {
  if (outcome.ok !== ok) fail(ok ? `the exchange failed: ${outcome.errorClass} ${outcome.message}` : 'it succeeded')
  if (!(outcome.bytesReceived >= 0 && outcome.bytesSent >= 0)) fail('bytes must be numbers of at least 0')
  if (ok) return
  if (!ERROR_CLASSES.some((name) => name === outcome.errorClass)) fail(`'${outcome.errorClass}' is no error class`)
}

export function isShipped(protocol: OwnProtocol | Protocol<AnyRequest>): protocol is Protocol<AnyRequest> {
  return 'faultsOf' in protocol
}
