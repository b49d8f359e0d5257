import type { Body, MessageFormat } from '../../model/body.ts'
import type { PlanIssue } from '../../model/errors.ts'
import type { Protocol, ProtocolKind, WorkRequests } from '../../model/protocol.ts'
import type { McpRequest } from './request.ts'
import type { SpanAbout } from '../../model/trace.ts'
import { type ProtocolBuilder, builderOf } from '../protocol-builder.ts'
import { serverOf } from '../trace-field.ts'
import { CarriedBody } from './carried-body.ts'
import { type McpOptions, optionIssues } from './options.ts'
import { callOf, HEALTH, nameOf } from './request-encoding.ts'
import { requestIssues } from './request-issues.ts'
import type { Negotiated } from './channel.ts'
import { eraOf, hasBatches } from './versions.ts'

export type { McpOptions } from './options.ts'
export type { McpRequest } from './request.ts'

/** Argument for a body, by tool of the embedded target. */
const BODY_ARGUMENT: ReadonlyMap<string, string> = new Map([
  ['write', 'data'],
  ['echo', 'message'],
])
const MIB = 1024 * 1024
/** Each message is held in memory as a whole, several times, so the named sizes remain moderate. */
const MAX_NAMED_BYTES = 16 * MIB
/** As base64, a message of this length is a third of the longest string of V8. */
const MAX_MESSAGE_BYTES = 128 * MIB

export const mcpKind: ProtocolKind<McpRequest, 'mcp'> = {
  kind: 'mcp',
  schemes: {
    'mcp+http:': 80,
    'mcp+https:': 443,
    'mcp+ws:': 80,
    'mcp+wss:': 443,
    'mcp+tcp:': undefined,
    'mcp+stdio:': 0,
  },
  otherSchemes: {
    'http:': 'mcp+http:',
    'https:': 'mcp+https:',
    'ws:': 'mcp+ws:',
    'wss:': 'mcp+wss:',
    'tcp:': 'mcp+tcp:',
  },
  optionIssues,
  create: (spec) => protocolWith(spec as McpOptions),
}

/** Selects the Model Context Protocol with these options, over HTTP, WebSocket, TCP or the stdio of a process. */
export const mcp: ProtocolBuilder<McpOptions, McpRequest, 'mcp'> = builderOf(mcpKind)

/** Requests for the work of an embedded target; see `model/work.ts`. */
const workRequests: WorkRequests<McpRequest> = {
  read: (bytes, format) => ({ resource: `load://read/${format}/${bytes}` }),
  write: (body, format) => ({ tool: 'write', arguments: { data: new CarriedBody(body, format) } }),
  echo: (body, format) => ({ tool: 'echo', arguments: { message: new CarriedBody(body, format) } }),
  stream: (messages, bytes) => ({ tool: 'stream', arguments: { messages, bytes }, progress: true }),
}

function protocolWith(options: McpOptions): Protocol<McpRequest> {
  return {
    name: 'mcp',
    healthRead: healthRead(options),
    usualFormat: 'text',
    maxMessageBytes: MAX_MESSAGE_BYTES,
    maxNamedBytes: MAX_NAMED_BYTES,
    sizeIssue,
    holdsMessages: true,
    work: workRequests,
    issuesOf: requestIssues,
    needsInline: ({ check }) => check !== undefined,
    withBody,
    carriesHeaders: ({ protocol }) => protocol !== 'mcp+tcp:' && protocol !== 'mcp+stdio:',
    hasBatches: (negotiated) => hasBatches((negotiated as Negotiated | undefined)?.version ?? ''),
    describe,
    span: spanOf,
    messageBytes,
    // Load on demand: a generator thread should not wait for protocols that its plan does not use.
    async negotiate(target, context) {
      const { negotiate } = await import('./negotiation.ts')
      return negotiate(target, context, options)
    },
    async connect(target, context) {
      const { connect } = await import('./connection.ts')
      return connect(target, context, options)
    },
  }
}

function sizeIssue(bytes: number, key: string): PlanIssue | undefined {
  if (bytes <= MAX_MESSAGE_BYTES) return undefined
  const rule = `must be at most ${MAX_MESSAGE_BYTES} bytes over MCP, whose messages are whole JSON texts`
  return { key, value: bytes, rule }
}

/** Returns the request that checks whether the server answers. With `auto`, the negotiated era decides. */
function healthRead({ health, protocolVersion = 'auto' }: McpOptions): McpRequest {
  if (health !== undefined) return { method: health }
  if (protocolVersion === 'auto') return HEALTH
  return { method: eraOf(protocolVersion) === 'legacy' ? 'ping' : 'tools/list' }
}

/**
 * Describes a span by the semantic conventions for MCP clients (status: development). The span name is the method and
 * the tool or prompt, but never a URI, because the number of URIs is unbounded.
 */
function spanOf(request: McpRequest, target: URL): SpanAbout {
  const { method, params } = callOf(request)
  const name = 'resource' in request ? undefined : nameOf(params)
  const of = method === 'tools/call' ? 'gen_ai.tool.name' : method === 'prompts/get' ? 'gen_ai.prompt.name' : undefined
  const uri = params?.['uri']
  return {
    name: name === undefined || of === undefined ? method : `${method} ${name}`,
    attributes: {
      'mcp.method.name': method,
      ...(of !== undefined && name !== undefined && { [of]: name }),
      ...(typeof uri === 'string' && { 'mcp.resource.uri': uri }),
      ...(method === 'tools/call' && { 'gen_ai.operation.name': 'execute_tool' }),
      'network.transport': target.protocol === 'mcp+stdio:' ? 'pipe' : 'tcp',
      ...(target.protocol !== 'mcp+stdio:' && serverOf(target)),
    },
  }
}

/** The payload of a call is its `params`, without `_meta`. */
function messageBytes(request: McpRequest): number {
  const { params } = callOf(request)
  return params === undefined ? 0 : Buffer.byteLength(JSON.stringify(params))
}

function describe(request: McpRequest): string {
  if (request === HEALTH) return 'ping or tools/list'
  const { method, params } = callOf(request)
  const name = nameOf(params)
  return name === undefined ? method : `${method} ${name}`
}

/** Adds a body to a call of `echo` or `write` whose author wrote none. */
function withBody(request: McpRequest, body: Body, format: MessageFormat): McpRequest {
  if (!('tool' in request)) return request
  const argument = BODY_ARGUMENT.get(request.tool)
  if (argument === undefined || request.arguments?.[argument] !== undefined) return request
  return { ...request, arguments: { ...request.arguments, [argument]: new CarriedBody(body, format) } }
}
