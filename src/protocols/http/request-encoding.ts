import type { ConnectContext } from '../../model/protocol.ts'
import type { HttpRequest } from '../../model/requests.ts'
import { answerRule } from './answer-rule.ts'
import type { AnswerRule } from './answer-rule.ts'

/** A body up to this many bytes goes into the same write as its head. */
const ONE_WRITE_BYTES = 16 * 1024

/** A request made ready once, so that sending it costs one write. */
export interface EncodedRequest {
  readonly method: string
  /** The target's path with the request's appended: what stands in the request line. */
  readonly path: string
  /** Names and values in turn, without those that the framing of the message decides. */
  readonly headers: readonly string[]
  /** Empty when there is none. */
  readonly body: Uint8Array
  /** The head as it goes over HTTP/1.1, and a small body with it; one byte a character. */
  readonly wire: string
  /** The body, where it is too large to stand in `wire`. */
  readonly rest: Uint8Array | undefined
  /** Head and body over HTTP/1.1. */
  readonly bytes: number
  readonly rule: AnswerRule
}

export type RequestEncoder = (request: HttpRequest) => EncodedRequest

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

function createEncoder(target: URL, headers: ConnectContext['headers'], reuse: boolean): RequestEncoder {
  const encoded = new WeakMap<HttpRequest, EncodedRequest>()
  return (request) => {
    let known = encoded.get(request)
    if (known === undefined) encoded.set(request, (known = encode(request, target, headers, reuse)))
    return known
  }
}

function encode(
  request: HttpRequest,
  target: URL,
  planHeaders: ConnectContext['headers'],
  reuse: boolean,
): EncodedRequest {
  const { method = 'GET' } = request
  const path = pathOf(target, request.path)
  const body = bytesOf(request.body)
  const headers = headersOf(target, planHeaders, request.headers ?? {})
  const lines = [`${method} ${path} HTTP/1.1`]
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`)
  // RFC 9110, 8.6: also for an empty body, where the method would have one.
  if (body.length > 0 || /^(?:POST|PUT|PATCH)$/.test(method)) lines.push(`content-length: ${body.length}`)
  if (!reuse) lines.push('connection: close')
  const head = `${lines.join('\r\n')}\r\n\r\n`
  const whole = body.length <= ONE_WRITE_BYTES
  return {
    method,
    path,
    headers,
    body,
    wire: whole ? head + Buffer.from(body).toString('latin1') : head,
    rest: whole ? undefined : body,
    bytes: head.length + body.length,
    rule: answerRule(request),
  }
}

/** Appends a request's path to that of the target; a query of the target (`?key=…`) is meant for every request. */
function pathOf(target: URL, path: string | undefined): string {
  if (path === undefined) return target.pathname + target.search
  const joined = target.pathname.replace(/\/$/, '') + path
  if (target.search === '') return joined
  return joined + (joined.includes('?') ? `&${target.search.slice(1)}` : target.search)
}

/** Defaults, then the plan's, then the request's: the later ones win, whatever their case. */
function headersOf(target: URL, ...written: readonly Readonly<Record<string, string>>[]): readonly string[] {
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
  return [...headers.values()].flat()
}

function bytesOf(body: HttpRequest['body']): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0))
}
