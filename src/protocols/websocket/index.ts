import { lengthOf } from '../../model/body.ts'
import type { ConnectContext, Connection, Protocol, ProtocolKind, ProtocolSpec } from '../../model/protocol.ts'
import { flag, present, readKeys, wholeFrom } from '../../model/readers.ts'
import type { PlanIssue } from '../../model/errors.ts'
import type { WebSocketRequest } from './request.ts'
import { type ProtocolBuilder, builderOf } from '../protocol-builder.ts'
import { isCheckCode } from '../check.ts'
import { isMadeByFunction } from '../request-body.ts'
import { messageOf } from './message-body.ts'
import { requestIssues } from './request-issues.ts'
import { subprotocolsReader } from './subprotocols.ts'

export type { WebSocketRequest } from './request.ts'

/** Options of `websocket({ … })`. */
export interface WebSocketOptions {
  /** Subprotocols to offer, in order of preference. The server must select one of them. Default: none. */
  readonly subprotocols?: readonly string[]
  /**
   * Maximum number of requests in flight on one connection. Default: 1. With more, responses can be matched only when
   * the server answers in order or returns the ids of the requests (`correlate: 'id'`).
   */
  readonly maxInFlight?: number
  /** Offers to compress messages (RFC 7692). Byte counts are sizes before compression. Default: false. */
  readonly perMessageDeflate?: boolean
}

const OPTIONS = { subprotocols: subprotocolsReader('chat'), maxInFlight: wholeFrom(1), perMessageDeflate: flag }

/**
 * WebSocket (RFC 6455). A message that arrives with nothing in flight is unsolicited: it is counted and answers no
 * request. The first request that listens (no `data`) on a connection also gets what arrived before it.
 */
function createWebSocket(options: WebSocketOptions): Protocol<WebSocketRequest> {
  const { maxInFlight = 1, perMessageDeflate = false } = options
  const settings = { maxInFlight, perMessageDeflate, subprotocols: options.subprotocols ?? [] }
  return {
    name: 'websocket',
    // Every server answers a ping, independently of its application protocol.
    healthRead: { ping: true },
    usualFormat: 'text',
    work: {
      read: (bytes, format) => ({ data: `read ${format} ${bytes}` }),
      write: (body, format) => ({ data: messageOf('write ', body, format) }),
      echo: (body, format) => ({ data: messageOf('echo ', body, format) }),
      stream: (messages, bytes, format) => ({ data: `stream ${format} ${messages} ${bytes}`, replies: messages }),
    },
    issuesOf: requestIssues,
    needsInline: ({ data, check }) => isCheckCode(check) || isMadeByFunction(data),
    matchesByOrder: ({ data, replies, correlate, ping }) =>
      data !== undefined && replies !== 0 && correlate !== 'id' && ping !== true,
    // A request without data listens. Only a request without `replies` may have been meant to carry data.
    withBody: (request, body, format) =>
      request.data === undefined && request.replies === undefined && request.ping !== true
        ? { ...request, data: messageOf('', body, format) }
        : request,
    describe: formatRequest,
    messageBytes: ({ data }) => (data === undefined ? 0 : lengthOf(data)),
    async connect(target: URL, context: ConnectContext): Promise<Connection<WebSocketRequest>> {
      // Loading `ws` takes time, so only runs that use it load it.
      const { connectWebSocket } = await import('./connection.ts')
      return connectWebSocket(target, context, settings)
    },
  }
}

function formatRequest({ data, replies = 1, ping }: WebSocketRequest): string {
  if (ping === true) return 'ping'
  if (data === undefined) return replies === 1 ? 'listen' : `listen for ${replies} messages`
  return replies === 1 ? 'message' : `message with ${replies} replies`
}

export const websocketKind: ProtocolKind<WebSocketRequest, 'websocket'> = {
  kind: 'websocket',
  schemes: { 'ws:': 80, 'wss:': 443 },
  otherSchemes: { 'http:': 'ws:', 'https:': 'wss:' },
  optionIssues(options, key) {
    const issues: PlanIssue[] = []
    readKeys(OPTIONS, options, { prefix: `${key}.`, noun: 'an option of websocket' }, issues)
    return issues
  },
  create: (spec) => createWebSocket(optionsOf(spec)),
}

/** Selects WebSocket with these options, for a plan's `protocol`. */
export const websocket: ProtocolBuilder<WebSocketOptions, WebSocketRequest, 'websocket'> = builderOf(websocketKind)

/** Reads options that `optionIssues` has already validated. */
function optionsOf(spec: ProtocolSpec): WebSocketOptions {
  const { kind: _, ...options } = spec
  return present(readKeys(OPTIONS, options, { prefix: '', noun: '' }, []))
}
