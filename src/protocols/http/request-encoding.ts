import { isGenerated, lengthOf } from '../../model/body.ts'
import type { Body, GeneratedBody } from '../../model/body.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import type { HttpRequest } from '../../model/requests.ts'
import { TRACEPARENT } from '../trace-field.ts'
import { answerRule } from './answer-rule.ts'
import type { AnswerRule } from './answer-rule.ts'
import type { AnswerSink, SinkRequest } from './answer-sink.ts'

/** A body up to this many bytes goes into the same write as its head. */
const ONE_WRITE_BYTES = 16 * 1024

/** RFC 9110, 8.6: these say how long their body is, also when it is empty. */
const BODIED: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

const NO_HEADERS: Headers = Object.freeze({})

type Headers = Readonly<Record<string, string>>

/** A request made ready once, so that sending it costs one write. */
export interface EncodedRequest {
  readonly method: string
  /** The target's path with the request's appended: what stands in the request line. */
  readonly path: string
  /** Names and values in turn, without those that the framing of the message decides. */
  readonly headers: readonly string[]
  /** Empty when there is none. A text that is longer than `ONE_WRITE_BYTES` has become bytes. */
  readonly body: Body
  /** The head as it goes over HTTP/1.1, and a small body with it; one byte a character. */
  readonly wire: string
  /** `wire` in two parts, between which a context goes; undefined where the headers hold one already. */
  readonly aroundContext: readonly [before: string, after: string] | undefined
  /** The body, where it does not stand in `wire`. */
  readonly rest: Uint8Array | GeneratedBody | undefined
  /** Head and body over HTTP/1.1. */
  readonly bytes: number
  readonly rule: AnswerRule
  readonly stream: HttpRequest['stream']
  readonly sink: AnswerSink | undefined
  /** Whether anybody looks at the answer beyond its status. */
  readonly tapped: boolean
}

export type RequestEncoder = (request: SinkRequest) => EncodedRequest

const encoders = new WeakMap<object, Map<string, RequestEncoder>>()

/** The encoder for a target. Connections with the same `context.headers` share it, and with it what is encoded. */
export function encoderFor(target: URL, context: ConnectContext): RequestEncoder {
  let ofHeaders = encoders.get(context.headers)
  if (ofHeaders === undefined) encoders.set(context.headers, (ofHeaders = new Map()))
  const key = `${context.reuse ? 'reuse' : 'close'} ${target.href}`
  let encoder = ofHeaders.get(key)
  if (encoder === undefined) ofHeaders.set(key, (encoder = createEncoder(target, context.headers, context.reuse)))
  return encoder
}

/** The headers of a request, with the defaults and the plan's. */
interface Fields {
  /** Names and values in turn. */
  readonly headers: readonly string[]
  /** The same as they stand in a head. */
  readonly lines: string
  /** There is room for a context. */
  readonly contextual: boolean
}

function createEncoder(target: URL, planHeaders: Headers, reuse: boolean): RequestEncoder {
  const known = new WeakMap<SinkRequest, EncodedRequest>()
  const knownFields = new WeakMap<Headers, Fields>()
  const pathOf = pathsUnder(target)
  const closing = reuse ? '\r\n' : 'connection: close\r\n\r\n'

  const fieldsOf = (headers: Headers): Fields => {
    const before = knownFields.get(headers)
    if (before !== undefined) return before
    const fields = joinFields(target, planHeaders, headers)
    // Whoever makes requests by a function may hold one object of headers and change it every time.
    if (Object.isFrozen(headers)) knownFields.set(headers, fields)
    return fields
  }

  const encode = (request: SinkRequest): EncodedRequest => {
    const { method = 'GET', sink } = request
    const path = pathOf(request.path)
    const { headers, lines, contextual } = fieldsOf(request.headers ?? NO_HEADERS)
    const body = request.body ?? ''
    const length = lengthOf(body)
    const sized = length > 0 || BODIED.has(method) ? `content-length: ${length}\r\n` : ''
    const fields = `${method} ${path} HTTP/1.1\r\n${lines}${sized}`
    const rest = restOf(body, length)
    const end = rest === undefined ? closing + latin1Of(body, length) : closing
    return {
      method,
      path,
      headers,
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
    // Made for one exchange.
    if (request.sink !== undefined) return encode(request)
    let encoded = known.get(request)
    if (encoded === undefined) known.set(request, (encoded = encode(request)))
    return encoded
  }
}

function isTapped({ check, read, stream, sink }: SinkRequest): boolean {
  return check !== undefined || read !== undefined || stream !== undefined || sink !== undefined
}

/** Appends a request's path to that of the target; a query of the target (`?key=…`) is meant for every request. */
function pathsUnder(target: URL): (path: string | undefined) => string {
  const { pathname, search } = target
  const base = pathname.replace(/\/$/, '')
  return (path) => {
    if (path === undefined) return pathname + search
    if (search === '') return base + path
    return base + path + (path.includes('?') ? `&${search.slice(1)}` : search)
  }
}

/** Defaults, then the plan's, then the request's: the later ones win, whatever their case. */
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

/** The body as it is sent after the head, where it does not go into the same write. */
function restOf(body: Body, length: number): Uint8Array | GeneratedBody | undefined {
  if (length > ONE_WRITE_BYTES) return typeof body === 'string' ? Buffer.from(body) : body
  return length > 0 && typeof body !== 'string' && isGenerated(body) ? body : undefined
}

/** The bytes of a small body, one a character. */
function latin1Of(body: Body, length: number): string {
  // Nothing but ASCII, as most texts are.
  if (typeof body === 'string' && body.length === length) return body
  return length === 0 ? '' : Buffer.from(body as string | Uint8Array).toString('latin1')
}
