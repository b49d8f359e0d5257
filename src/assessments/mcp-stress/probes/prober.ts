import { watchTarget } from '../../../measure/monitor/index.ts'
import { type StdioTarget, startTimeoutMs, type TlsOptions } from '../../../model/target.ts'
import type { ConnectContext, Connection, Outcome, Protocol } from '../../../model/protocol.ts'
import { realDelay, realTime } from '../../../model/real-time.ts'
import { sum } from '../../../model/sum.ts'
import { messageOf } from '../../../model/thrown.ts'
import type { McpRequest } from '../../../protocols/mcp/request.ts'
import type { Count, Ms, Rps } from '../../../model/units.ts'
import { mcpKind } from '../../../protocols/mcp/index.ts'

/** A call that takes longer counts as hung. */
export const HANGS_MS: Ms = 3_000
const CONNECTS_MS: Ms = 5_000

/** How one call ended: `hung` if no reply arrived in time. */
export interface Called {
  readonly outcome: 'ok' | 'error' | 'hung'
  readonly ms: Ms
  readonly message: string
  readonly answer: Outcome['answer']
}

interface ProberOptions {
  readonly url: URL
  readonly stdio: StdioTarget | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsOptions
  /** Processes of the server, if it runs on this machine. */
  readonly pids: readonly number[]
  /** The rate that single calls do not exceed, if there is one. */
  readonly maxRps?: Rps | undefined
}

/** Messages of one call on a new connection, with its handshake and its end. */
const MESSAGES_PER_CALL = 4

/** Manages a few connections to one MCP server for the probes, outside of any load. */
export class Prober {
  readonly url: URL
  readonly stdio: StdioTarget | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsOptions
  readonly pids: readonly number[]
  readonly #protocol: Protocol<McpRequest> = mcpKind.create({ kind: 'mcp' })
  readonly #open = new Set<Connection<McpRequest>>()
  #negotiated: unknown
  readonly #calls = new Map<string, Count>()
  #requests = 0
  readonly #gapMs: Ms
  #nextCallMs: Ms = 0

  constructor({ url, stdio, headers, tls, pids, maxRps = Number.POSITIVE_INFINITY }: ProberOptions) {
    this.url = url
    this.stdio = stdio
    this.headers = headers
    this.tls = tls
    this.pids = pids
    this.#gapMs = (1_000 * MESSAGES_PER_CALL) / maxRps
  }

  get overHttp(): boolean {
    return /^mcp\+https?:$/.test(this.url.protocol)
  }

  /** The plain HTTP URL. */
  get httpUrl(): string {
    return this.url.href.replace(/^mcp\+/, '').replace(/#.*$/, '')
  }

  /** Returns the number of calls so far by method and name, without handshakes and negotiation. */
  get calls(): Readonly<Record<string, Count>> {
    return Object.fromEntries(this.#calls)
  }

  /** Counts a call; `operation` is its method and name: `tools/call echo`. */
  count(operation: string): void {
    this.#calls.set(operation, (this.#calls.get(operation) ?? 0) + 1)
  }

  /** Opens a connection, including the handshake. Rejects with a `ConnectError`. */
  async connect(): Promise<Connection<McpRequest>> {
    this.#negotiated ??= await this.#protocol.negotiate?.(this.url, this.#context())
    const connection = await this.#protocol.connect(this.url, this.#context())
    this.#open.add(connection)
    void connection.closed.then(() => this.#open.delete(connection))
    return connection
  }

  /** Sends one call. Never rejects. */
  call(connection: Connection<McpRequest>, request: McpRequest, hangsMs: Ms = HANGS_MS): Promise<Called> {
    const { promise, resolve } = Promise.withResolvers<Called>()
    const startMs = realTime.now()
    const end = (called: Omit<Called, 'ms'>): void => {
      realTime.clearTimeout(late)
      resolve({ ...called, ms: realTime.now() - startMs })
    }
    const late = realTime.setTimeout(() => {
      cancel()
      end({ outcome: 'hung', message: `no answer within ${hangsMs / 1_000} s`, answer: undefined })
    }, hangsMs)
    const onDone = ({ ok, errorClass = 'connection', message = '', answer }: Outcome): void =>
      end({ outcome: ok ? 'ok' : 'error', message: ok ? '' : `${errorClass}: ${message}`, answer })
    this.count(this.#protocol.describe(request))
    const outgoing = { requestId: this.#requests++, operation: '', payload: request }
    const cancel = connection.exchange(outgoing, { onMessage() {}, onDone })
    return promise
  }

  /** Sends one call on a new connection, and then closes it gracefully unless `leaveOpen` is set. Never rejects. */
  async once(request: McpRequest, { leaveOpen = false }: { readonly leaveOpen?: boolean } = {}): Promise<Called> {
    await this.#turn()
    const startMs = realTime.now()
    try {
      const connection = await this.connect()
      const called = await this.call(connection, request)
      if (!leaveOpen) await connection.close()
      return called
    } catch (error) {
      return { outcome: 'error', ms: realTime.now() - startMs, message: messageOf(error), answer: undefined }
    }
  }

  /** Sends calls one after the other, each on a new connection. Returns those that failed. Never rejects. */
  async failuresOf(request: McpRequest, calls: number): Promise<readonly Called[]> {
    const called: Called[] = []
    for (let i = 0; i < calls; i++) called.push(await this.once(request))
    return called.filter(({ outcome }) => outcome !== 'ok')
  }

  /** Returns the memory of the server in MB; undefined if it cannot be measured. */
  async residentMb(): Promise<number | undefined> {
    const samples = await Promise.all(this.pids.map((pid) => watchTarget({ pid }).sample()))
    const measuredMb = samples.flatMap((sample) => sample?.rssMb ?? [])
    return measuredMb.length === 0 ? undefined : sum(measuredMb)
  }

  /** Destroys the connections that are still open. */
  async end(): Promise<void> {
    const open = [...this.#open]
    for (const connection of open) connection.destroy()
    await Promise.all(open.map(({ closed }) => closed))
  }

  /** Waits until a further call does not exceed the ceiling of the rate. */
  async #turn(): Promise<void> {
    if (this.#gapMs === 0) return
    const nowMs = realTime.now()
    const startMs = Math.max(nowMs, this.#nextCallMs)
    this.#nextCallMs = startMs + this.#gapMs
    if (startMs > nowMs) await realDelay(startMs - nowMs)
  }

  #context(): ConnectContext {
    return {
      signal: AbortSignal.timeout(this.stdio === undefined ? CONNECTS_MS : startTimeoutMs(this.stdio)),
      tls: this.tls,
      headers: this.headers,
      reuse: true,
      log() {},
      ...(this.stdio !== undefined && { stdio: this.stdio }),
      ...(this.#negotiated !== undefined && { negotiated: this.#negotiated }),
    }
  }
}
