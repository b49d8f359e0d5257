import type { WrittenPlan } from '../../../plan/load-plan.ts'
import type { ResolvedLane, ResolvedPlan } from '../../../plan/resolved-plan.ts'
import { ownValue } from '../../../model/own-value.ts'
import { isShared, type Target } from '../../../model/target.ts'
import { targetFor } from '../../../protocols/index.ts'
import { mcp } from '../../../protocols/mcp/index.ts'
import { LEGACY_VERSIONS } from '../../../protocols/mcp/versions.ts'
import { openHttpSink, openLineSink, openWebSocketSink, type Sink } from './sinks.ts'

/** Traffic against one kind of sink. */
interface Transport {
  open(): Promise<Sink>
  /** Scheme of the sink's URL. */
  readonly scheme: string
  readonly plan: Pick<WrittenPlan, 'request' | 'protocol' | 'tls'>
  /** Negotiated data that a connection needs before it opens. */
  readonly negotiated?: unknown
}

const OK = '{"ok":true}'
const REQUESTS = [{ path: '/' }, { method: 'POST', path: '/', body: '{"text":"warm-up"}' }]
const UNVERIFIED = { rejectUnauthorized: false }
const [version] = LEGACY_VERSIONS
const MCP = {
  plan: { protocol: mcp({ protocolVersion: version }), request: { tool: 'echo', arguments: { message: 'warm-up' } } },
  negotiated: { era: 'legacy', version, httpSse: false },
} as const

/** The ways in which the built-in protocols use a socket. */
export type TransportName =
  | 'http'
  | 'https'
  | 'http2'
  | 'websocket'
  | 'tcp'
  | 'mcp-http'
  | 'mcp-websocket'
  | 'mcp-lines'

const TRANSPORTS: Readonly<Record<TransportName, Transport>> = {
  http: { open: () => openHttpSink(() => OK), scheme: 'http', plan: { request: REQUESTS } },
  https: {
    open: async () => (await import('./tls-sinks.ts')).openHttpsSink(() => OK),
    scheme: 'https',
    plan: { request: REQUESTS, tls: UNVERIFIED },
  },
  http2: {
    open: async () => (await import('./tls-sinks.ts')).openHttp2Sink(OK),
    scheme: 'https',
    plan: { request: REQUESTS, tls: UNVERIFIED },
  },
  websocket: {
    open: () => openWebSocketSink((message) => message),
    scheme: 'ws',
    plan: { request: { data: 'warm-up' } },
  },
  tcp: {
    open: () => openLineSink((line) => line),
    scheme: 'tcp',
    plan: { request: { data: 'warm-up' } },
  },
  'mcp-http': {
    open: () => openHttpSink((body) => (body === '' ? '' : jsonRpcReply(body))),
    scheme: 'mcp+http',
    ...MCP,
  },
  'mcp-websocket': { open: () => openWebSocketSink(jsonRpcReply), scheme: 'mcp+ws', ...MCP },
  // Pipes and sockets are read and written by the same code.
  'mcp-lines': { open: () => openLineSink(jsonRpcReply), scheme: 'mcp+tcp', ...MCP },
}

export const TRANSPORT_NAMES: readonly TransportName[] = Object.keys(TRANSPORTS) as readonly TransportName[]

export function transport(name: TransportName): Transport {
  return TRANSPORTS[name]
}

/** Over TLS, only the handshake shows whether the target speaks HTTP/1.1 or HTTP/2. */
const BY_SCHEME: Readonly<Record<string, readonly TransportName[]>> = {
  'http:': ['http'],
  'https:': ['https', 'http2'],
  'ws:': ['websocket'],
  'wss:': ['websocket'],
  'tcp:': ['tcp'],
  'tls:': ['tcp'],
  'mcp+http:': ['mcp-http'],
  'mcp+https:': ['mcp-http', 'https', 'http2'],
  'mcp+ws:': ['mcp-websocket'],
  'mcp+wss:': ['mcp-websocket'],
  'mcp+tcp:': ['mcp-lines'],
  'mcp+stdio:': ['mcp-lines'],
}

/** For schemes that are not known before the run. */
const BY_KIND: Readonly<Record<string, TransportName>> = { websocket: 'websocket', tcp: 'tcp', mcp: 'mcp-http' }

/**
 * The transports of a lane. A custom protocol gets HTTP, which warms the schedule, the dispatcher and the recorder
 * without running any code of the user.
 */
export function transportsOfLane(scheme: string, protocol: ResolvedLane['protocol']): readonly TransportName[] {
  return protocol.from === 'shipped' ? expected(scheme, protocol.spec.kind) : ['http']
}

/** The transports of a plan; none if it sends each operation once, because then no latency counts. */
export function transportsOf({ lanes, once }: ResolvedPlan): readonly TransportName[] {
  if (once !== undefined) return []
  const names = lanes.flatMap(({ target, protocol }) => transportsOfLane(schemeOf(target), protocol))
  return [...new Set(names)]
}

/** The transports of a plan that is not checked yet. */
export function expectedTransports({
  target,
  protocol,
}: Pick<WrittenPlan, 'target' | 'protocol'>): readonly TransportName[] {
  const named = isObject(protocol) && 'kind' in protocol ? protocol.kind : protocol
  const kind = typeof named === 'string' ? named : undefined
  return expected(schemeOf(target, kind), kind ?? 'http')
}

function expected(scheme: string, kind: string): readonly TransportName[] {
  return BY_SCHEME[scheme] ?? [ownValue(BY_KIND, kind) ?? 'http']
}

/** Returns an empty string if a function returns the target. */
function schemeOf(target: Target | undefined, protocol?: string): string {
  if (isShared(target)) return schemeOf(target.written, protocol)
  if (target === undefined || typeof target === 'function') return ''
  if (isObject(target) && 'stdio' in target) return 'mcp+stdio:'
  const url = isObject(target) && ('command' in target || 'socketPath' in target) ? target.url : String(target)
  return /^[a-z+]+:/i.exec(targetFor(url, protocol))?.[0].toLowerCase() ?? ''
}

/** The plan may be unchecked and contain a null. */
function isObject<T>(value: T): value is Extract<T, object> {
  return typeof value === 'object' && value !== null
}

/**
 * Returns the reply of a minimal MCP server to one JSON-RPC message, or undefined for a notification. `initialize`
 * accepts the offered version; a tool call returns its arguments, by which the client recognizes the reply.
 */
function jsonRpcReply(text: string): string | undefined {
  const { id, method, params } = JSON.parse(text) as {
    readonly id?: unknown
    readonly method?: string
    readonly params?: { readonly protocolVersion?: unknown; readonly arguments?: unknown }
  }
  if (id === undefined) return undefined
  const result =
    method === 'initialize'
      ? { protocolVersion: params?.protocolVersion, capabilities: {}, serverInfo: { name: 'sink', version: '1.0.0' } }
      : { content: [{ type: 'text', text: JSON.stringify(params?.arguments ?? {}) }] }
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}
