import { watchTarget } from '../../../measure/monitor/index.ts'
import { type StdioTarget, startTimeoutMs } from '../../../model/target.ts'
import type { ConnectContext, Connection, Outcome, Protocol } from '../../../model/protocol.ts'
import { realDelay } from '../../../model/real-time.ts'
import type { McpRequest } from '../../../protocols/mcp/request.ts'
import type { Ms } from '../../../model/units.ts'
import { mcpKind } from '../../../protocols/mcp/index.ts'

/** A call that takes longer counts as hung. */
const HANGS_MS: Ms = 3_000
const CONNECTS_MS: Ms = 5_000

/** How one call ended; `hung` without a reply in time. */
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
  /** Processes of the server, if it runs on this machine. */
  readonly pids: readonly number[]
}

/** Manages a few connections to one MCP server for the probes, outside of any load. */
export class Prober {
  readonly url: URL
  readonly stdio: StdioTarget | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly pids: readonly number[]
  readonly #protocol: Protocol<McpRequest> = mcpKind.create({ kind: 'mcp' })
  readonly #open = new Set<Connection<McpRequest>>()
  #negotiated: unknown
  #requests = 0

  constructor({ url, stdio, headers, pids }: ProberOptions) {
    this.url = url
    this.stdio = stdio
    this.headers = headers
    this.pids = pids
  }

  get overHttp(): boolean {
    return /^mcp\+https?:$/.test(this.url.protocol)
  }

  /** The plain HTTP URL. */
  get httpUrl(): string {
    return this.url.href.replace(/^mcp\+/, '').replace(/#.*$/, '')
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
    const startedMs = performance.now()
    return this.begin(connection, request, hangsMs).done.then((done) => ({
      ...done,
      ms: performance.now() - startedMs,
    }))
  }

  /** Sends a call without waiting for its reply. */
  begin(
    connection: Connection<McpRequest>,
    request: McpRequest,
    hangsMs: Ms = HANGS_MS,
  ): { readonly done: Promise<Omit<Called, 'ms'>> } {
    const answered = Promise.withResolvers<Omit<Called, 'ms'>>()
    const outgoing = { requestId: this.#requests++, operation: '', payload: request }
    const onDone = ({ ok, errorClass, message = '', answer }: Outcome): void =>
      answered.resolve({
        outcome: ok ? 'ok' : 'error',
        message: ok ? '' : `${errorClass ?? 'error'}: ${message}`,
        answer,
      })
    const cancel = connection.exchange(outgoing, { onMessage() {}, onDone })
    const late = realDelay(hangsMs).then(() => {
      cancel()
      return { outcome: 'hung', message: `no answer within ${hangsMs / 1_000} s`, answer: undefined } as const
    })
    return { done: Promise.race([answered.promise, late]) }
  }

  /** Sends one call on a new connection, and then closes it gracefully. Never rejects. */
  async once(request: McpRequest): Promise<Called> {
    const startedMs = performance.now()
    try {
      const connection = await this.connect()
      const called = await this.call(connection, request)
      await connection.close()
      return called
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return { outcome: 'error', ms: performance.now() - startedMs, message, answer: undefined }
    }
  }

  /** Returns the memory of the server in MB; undefined if it cannot be measured. */
  async residentMb(): Promise<number | undefined> {
    const samples = await Promise.all(this.pids.map((pid) => watchTarget({ pid }).sample()))
    const measuredMb = samples.flatMap((sample) => sample?.rssMb ?? [])
    return measuredMb.length === 0 ? undefined : measuredMb.reduce((sum, mb) => sum + mb, 0)
  }

  /** Closes the connections that a probe has left open. */
  async end(): Promise<void> {
    const open = [...this.#open]
    for (const connection of open) connection.destroy()
    await Promise.all(open.map(({ closed }) => closed))
  }

  #context(): ConnectContext {
    return {
      signal: AbortSignal.timeout(this.stdio === undefined ? CONNECTS_MS : startTimeoutMs(this.stdio)),
      tls: {},
      headers: this.headers,
      reuse: true,
      log() {},
      ...(this.stdio !== undefined && { stdio: this.stdio }),
      ...(this.#negotiated !== undefined && { negotiated: this.#negotiated }),
    }
  }
}
