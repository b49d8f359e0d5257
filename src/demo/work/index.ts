import type { Listening } from '../serve.ts'
import { Books, type WorkCounts } from './books.ts'
import type { FaultOptions } from './faults.ts'
import type { ListenOptions, Working } from './listen.ts'
import type { McpListenOptions, McpTransport } from './mcp-listen.ts'
import type { TcpWorkOptions } from './tcp.ts'

export type WorkOptions = FaultOptions &
  (
    | ({ readonly protocol: 'http' | 'websocket' } & ListenOptions)
    | ({ readonly protocol: 'tcp' } & TcpWorkOptions)
    | ({ readonly protocol: 'mcp' } & McpListenOptions)
  )

export type WorkControls = {
  counts(): WorkCounts
  /** Replaces the injected faults; the requests that they count start at zero. */
  setFaults(faults: FaultOptions): void
  /** MCP over HTTP: drops the oldest session. Returns false if there is none. */
  dropSession(): boolean
}

const SCHEMES: Readonly<
  Record<Exclude<WorkOptions['protocol'], 'mcp'> | `mcp+${McpTransport}`, readonly [string, string]>
> = {
  http: ['http', 'https'],
  websocket: ['ws', 'wss'],
  tcp: ['tcp', 'tls'],
  'mcp+http': ['mcp+http', 'mcp+https'],
  'mcp+tcp': ['mcp+tcp', 'mcp+tcp'],
  'mcp+websocket': ['mcp+ws', 'mcp+wss'],
}

/** An embedded target: provides the operations of `src/model/work.ts` over any protocol. */
export async function work(options: WorkOptions): Promise<Listening> {
  const books = new Books()
  const { port, faults, dropSession = () => false } = await start(options, books)
  const controls: WorkControls = {
    counts: () => books.counts(faults),
    setFaults: (next) => faults.set(next),
    dropSession,
  }
  return { port, url: urlOf(options, port), controls }
}

/** Loads only the modules that it needs: an idle target should use little memory compared with its traffic. */
async function start(options: WorkOptions, books: Books): Promise<Working> {
  if (options.protocol === 'http') return (await import('./http.ts')).listenHttpWork(options, books)
  if (options.protocol === 'websocket') return (await import('./websocket.ts')).listenWebSocketWork(options, books)
  if (options.protocol === 'tcp') return (await import('./tcp.ts')).listenTcpWork(options, books)
  return (await import('./mcp-listen.ts')).listenMcpWork(options, books)
}

function urlOf(options: WorkOptions, port: number): string {
  const spoken = options.protocol === 'mcp' ? (`mcp+${options.transport ?? 'http'}` as const) : options.protocol
  const path = spoken === 'mcp+http' ? '/mcp' : '/'
  return `${SCHEMES[spoken][options.tls === undefined ? 0 : 1]}://127.0.0.1:${port}${path}#embedded`
}
