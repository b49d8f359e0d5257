import { isGenerated, lengthOf } from '../../model/body.ts'
import type { Body, GeneratedBody } from '../../model/body.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import type { HttpRequest } from './request.ts'
import { TRACEPARENT } from '../trace-field.ts'
import { answerRule } from './answer-rule.ts'
import type { AnswerRule } from './answer-rule.ts'
import type { AnswerSink, SinkRequest } from './answer-sink.ts'
import { encodeBody } from './body-encoding.ts'

/** Maximum body length that is written together with the head. */
const ONE_WRITE_BYTES = 16 * 1024

/** Methods that send `content-length` even for an empty body (RFC 9110, 8.6). */
const BODIED: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

const NO_HEADERS: Headers = Object.freeze({})

type Headers = Readonly<Record<string, string>>

/** A request encoded once, so that sending it takes one write. */
export interface EncodedRequest {
  readonly method: string
  /** Path for the request line: the target's path followed by the request's. */
  readonly path: string
  /** Alternating names and values, without the headers that frame the message. */
  readonly headers: readonly string[]
  /** Undefined when the message has neither a body nor a `content-length`. */
  readonly contentLength: number | undefined
  /** Empty when there is no body. A string longer than `ONE_WRITE_BYTES` is encoded to bytes. */
  readonly body: Body
  /** HTTP/1.1 head, followed by a small body. Each character is one byte. */
  readonly wire: string
  /** `wire` in two parts, with a trace context between them. Undefined when the headers already contain one. */
  readonly aroundContext: readonly [before: string, after: string] | undefined
  /** Body that is not part of `wire`. */
  readonly rest: Uint8Array | GeneratedBody | undefined
  /** Size of the HTTP/1.1 head and body. */
  readonly bytes: number
  readonly rule: AnswerRule
  readonly stream: HttpRequest['stream']
  readonly sink: AnswerSink | undefined
  /** Whether the response is needed beyond its status. */
  readonly tapped: boolean
}

export type RequestEncoder = (request: SinkRequest) => EncodedRequest

const encoders = new WeakMap<object, Map<string, RequestEncoder>>()

/** Returns the encoder for a target. Connections with the same `context.headers` share it and its encoded requests. */
export function encoderFor(target: URL, context: ConnectContext): RequestEncoder {
  let ofHeaders = encoders.get(context.headers)
  if (ofHeaders === undefined) encoders.set(context.headers, (ofHeaders = new Map()))
  const key = `${context.reuse ? 'reuse' : 'close'} ${target.href}`
  let encoder = ofHeaders.get(key)
  if (encoder === undefined) ofHeaders.set(key, (encoder = createEncoder(target, context.headers, context.reuse)))
  return encoder
}

/** Headers of a request, merged with the defaults and the plan's headers. */
interface Fields {
  /** Alternating names and values. */
  readonly headers: readonly string[]
  /** The same headers as lines of a head. */
  readonly lines: string
  /** Whether a trace context can be added. */
  readonly contextual: boolean
}

function createEncoder(target: URL, planHeaders: Headers, reuse: boolean): RequestEncoder {
  const known = new WeakMap<SinkRequest, EncodedRequest>()
  const knownFields = new WeakMap<Headers, Fields>()
  const pathOf = pathsUnder(target)
  const closing = reuse ? '\r\n' : 'connection: close\r\n\r\n'

  const fieldsOf = (headers: Headers, contentType: string | undefined): Fields => {
    if (contentType !== undefined) return joinFields(target, { 'content-type': contentType }, planHeaders, headers)
    const before = knownFields.get(headers)
    if (before !== undefined) return before
    const fields = joinFields(target, planHeaders, headers)
    // A request function may reuse one headers object and change it for every request.
    if (Object.isFrozen(headers)) knownFields.set(headers, fields)
    return fields
  }

  const encode = (request: SinkRequest): EncodedRequest => {
    const { method = 'GET', sink } = request
    const path = pathOf(request.path)
    const { body, contentType } = encodeBody(request.body ?? '')
    const { headers, lines, contextual } = fieldsOf(request.headers ?? NO_HEADERS, contentType)
    const length = lengthOf(body)
    const contentLength = length > 0 || BODIED.has(method) ? length : undefined
    const sized = contentLength === undefined ? '' : `content-length: ${length}\r\n`
    const fields = `${method} ${path} HTTP/1.1\r\n${lines}${sized}`
    const rest = restOf(body, length)
    const end = rest === undefined ? closing + latin1Of(body, length) : closing
    return {
      method,
      path,
      headers,
      contentLength,
      body: rest ?? body,
      wire: fields + end,
      aroundContext: contextual ? [fields, end] : undefined,
      rest,
      bytes: fields.length + closing.length + length,
      rule: answerRule(request),
      stream: request.stream,
      sink,
      tapped: isTapped(request),
    }
  }

  return (request) => {
    // A request with a sink is created for one exchange.
    if (request.sink !== undefined) return encode(request)
    let encoded = known.get(request)
    if (encoded === undefined) known.set(request, (encoded = encode(request)))
    return encoded
  }
}

function isTapped({ check, read, stream, sink }: SinkRequest): boolean {
  return check !== undefined || read !== undefined || stream !== undefined || sink !== undefined
}

/** Appends a request's path to the target's path. Every request gets the query of the target (`?key=…`). */
function pathsUnder(target: URL): (path: string | undefined) => string {
  const { pathname, search } = target
  const base = pathname.replace(/\/$/, '')
  return (path) => {
    if (path === undefined) return pathname + search
    if (search === '') return base + path
    return base + path + (path.includes('?') ? `&${search.slice(1)}` : search)
  }
}

/** Merges the default headers, the plan's and the request's. Later headers win; names are case-insensitive. */
function joinFields(target: URL, ...written: readonly Headers[]): Fields {
  const headers = new Map([
    ['host', ['host', target.host]],
    ['user-agent', ['user-agent', 'describe-load']],
    ['accept', ['accept', '*/*']],
  ])
  if (target.username !== '' || target.password !== '') {
    const credentials = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`
    headers.set('authorization', ['authorization', `Basic ${Buffer.from(credentials).toString('base64')}`])
  }
  for (const [name, value] of written.flatMap((some) => Object.entries(some))) {
    headers.set(name.toLowerCase(), [name, value])
  }
  const fields = [...headers.values()]
  return {
    headers: fields.flat(),
    lines: fields.map(([name, value]) => `${name}: ${value}\r\n`).join(''),
    contextual: !headers.has(TRACEPARENT),
  }
}

/** Returns the body that is sent after the head, or undefined when the head's write includes it. */
function restOf(body: Body, length: number): Uint8Array | GeneratedBody | undefined {
  if (length > ONE_WRITE_BYTES) return typeof body === 'string' ? Buffer.from(body) : body
  return length > 0 && typeof body !== 'string' && isGenerated(body) ? body : undefined
}

/** Returns the bytes of a small body, one per character. */
function latin1Of(body: Body, length: number): string {
  // ASCII only, as most strings are.
  if (typeof body === 'string' && body.length === length) return body
  return length === 0 ? '' : Buffer.from(body as string | Uint8Array).toString('latin1')
}
