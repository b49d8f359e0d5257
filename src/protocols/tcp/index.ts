import { lengthOf } from '../../model/body.ts'
import type { Protocol, ProtocolKind } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import { type ProtocolBuilder, builderOf } from '../protocol-builder.ts'
import { isCheckCode } from '../check.ts'
import { isMadeByFunction } from '../request-body.ts'
import { connectTcp } from './connection.ts'
import { frameEncoder } from './frame-encoding.ts'
import { contentRule, formatIssue, frameFormat } from './framing.ts'
import type { FrameFormat } from './framing.ts'
import { optionIssues } from './options.ts'
import type { TcpOptions } from './options.ts'
import { requestIssues } from './request-issues.ts'
import { VERB_BYTES, workRequests } from './work.ts'

export type { TcpOptions } from './options.ts'
export type { Framing } from './framing.ts'
export type { TcpRequest } from './request.ts'

/** Raw TCP and TLS. The server answers frames with frames, in order. */
export const tcpKind: ProtocolKind<TcpRequest, 'tcp'> = {
  kind: 'tcp',
  schemes: { 'tcp:': undefined, 'tls:': undefined },
  optionIssues,
  create: (spec) => createTcp(spec as TcpOptions),
}

/** Selects raw TCP or TLS: `protocol: tcp({ framing: { length: 4 } })`. */
export const tcp: ProtocolBuilder<TcpOptions, TcpRequest, 'tcp'> = builderOf(tcpKind)

function createTcp({ framing = 'newline', maxInFlight = 1 }: TcpOptions): Protocol<TcpRequest> {
  const format = frameFormat(framing)
  const settings = { format, encode: frameEncoder(format), maxInFlight }
  return {
    name: 'tcp',
    healthRead: { data: healthData(format) },
    usualFormat: format.usualFormat,
    ...(Number.isFinite(format.maxBytes) && { maxMessageBytes: Math.max(1, format.maxBytes - VERB_BYTES) }),
    // The embedded target does not support fixed frames, because its responses vary in length.
    ...(format.fixed === undefined && { work: workRequests(format) }),
    carriesHeaders: () => false,
    formatIssue: (messageFormat, key) => formatIssue(format, messageFormat, key),
    issuesOf: (request, key) => requestIssues(format, request, key),
    needsInline: ({ data, check }) => isCheckCode(check) || isMadeByFunction(data),
    matchesByOrder: ({ data, replies }) => data !== undefined && replies !== 0 && !format.untilClose,
    withBody: (request, body) => (request.data === undefined ? { ...request, data: body } : request),
    // Until the connection closes, it carries one frame.
    hasBatches: () => !format.untilClose,
    describe,
    messageBytes: ({ data }) => (data === undefined ? 0 : lengthOf(data)),
    connect: (target, context) => connectTcp(target, context, settings),
  }
}

/** Returns `ping`, padded or cut to a fixed frame length; empty when the framing cannot carry it. */
function healthData(format: FrameFormat): string {
  const ping = format.fixed === undefined ? 'ping' : 'ping'.padEnd(format.fixed).slice(0, format.fixed)
  return contentRule(format, ping) === undefined ? ping : ''
}

/** Part of a text that is searched for its first word. */
const NAMED_CHARACTERS = 1_000

/** Names a request by the first word of its text. The rest of a command may be long or secret. */
function describe({ data }: TcpRequest): string {
  if (data === undefined) return 'nothing'
  if (typeof data !== 'string') return `${data.length} bytes`
  const [first = ''] = data.slice(0, NAMED_CHARACTERS).trimStart().split(/\s/, 1)
  return first === '' ? 'an empty frame' : first.slice(0, 24)
}
