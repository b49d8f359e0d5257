import type { ConnectContext } from '../../../model/protocol.ts'
import type { HttpRequest } from '../../http/request.ts'
import { encoderFor } from '../../http/request-encoding.ts'
import type { McpMessage, Negotiated } from '../channel.ts'

/** Accepts every status, because the MCP channel interprets statuses itself. */
const ANY_STATUS: NonNullable<HttpRequest['ok']> = [[100, 999]]

/** Origin of the server, and the path that messages are posted to. */
export interface Endpoint {
  readonly base: URL
  readonly path: string
}

/** Returns the endpoint of a target. Replaces `mcp+http:` with `http:`, and drops the `#` part, which only we use. */
export function endpointOf(target: URL): Endpoint {
  const url = new URL(target.href.replace(/^mcp\+/, ''))
  return endpointAt(url)
}

export function endpointAt(url: URL): Endpoint {
  const base = new URL(url)
  base.pathname = '/'
  base.search = base.hash = ''
  return { base, path: url.pathname + url.search }
}

/** Head that every request of a session shares, created once. */
export class RequestHead {
  readonly #request: HttpRequest
  /** Bytes of the request with an empty body. */
  readonly #bytes: number

  constructor(
    method: string,
    { base, path }: Endpoint,
    fields: Readonly<Record<string, string>>,
    context: ConnectContext,
  ) {
    this.#request = { method, path, headers: Object.freeze({ ...fields }), ok: ANY_STATUS }
    this.#bytes = encoderFor(base, context)(this.#request).bytes
  }

  /** Request without a body. */
  get request(): HttpRequest {
    return this.#request
  }

  /** Returns the bytes of a request with a body of `length` bytes, where `length` is greater than 0. */
  bytesWith(length: number): number {
    return this.#bytes + length + Math.floor(Math.log10(length))
  }
}

const POST_FIELDS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

/** Creates the heads of posted messages. The negotiated settings determine their fields. */
export class PostHeads {
  readonly #endpoint: Endpoint
  readonly #context: ConnectContext
  /** Cached heads of the modern era, where the fields depend on the message. */
  readonly #bySource: WeakMap<object, RequestHead> | undefined
  #fields: Readonly<Record<string, string>>
  #head: RequestHead

  constructor(endpoint: Endpoint, context: ConnectContext, { era, version }: Negotiated) {
    this.#endpoint = endpoint
    this.#context = context
    this.#bySource = era === 'modern' ? new WeakMap() : undefined
    this.#fields = era === 'modern' ? { ...POST_FIELDS, 'mcp-protocol-version': version } : POST_FIELDS
    this.#head = this.#make('POST', this.#fields)
  }

  /** Adds fields to every later request: the session, and the version that the server selected. */
  add(fields: Readonly<Record<string, string>>): void {
    this.#fields = { ...this.#fields, ...fields }
    this.#head = this.#make('POST', this.#fields)
  }

  of({ method, name, mirrored = {}, source }: McpMessage): RequestHead {
    if (this.#bySource === undefined || method === undefined) return this.#head
    let head = this.#bySource.get(source)
    if (head === undefined) {
      const about = { 'mcp-method': fieldValue(method), ...(name !== undefined && { 'mcp-name': fieldValue(name) }) }
      const parameters = Object.entries(mirrored).map(([header, value]) => [header, fieldValue(value)])
      const fields = { ...this.#fields, ...about, ...Object.fromEntries(parameters) } as Readonly<
        Record<string, string>
      >
      this.#bySource.set(source, (head = this.#make('POST', fields)))
    }
    return head
  }

  /** Returns the head of a request with another method and no body. */
  without(method: 'GET' | 'DELETE'): RequestHead {
    const { 'content-type': _, ...fields } = this.#fields as Record<string, string>
    return this.#make(method, method === 'GET' ? { ...fields, accept: 'text/event-stream' } : fields)
  }

  /** Returns the head of a request for the rest of a stream. */
  resuming(lastEventId: string): RequestHead {
    const { 'content-type': _, ...fields } = this.#fields as Record<string, string>
    return this.#make('GET', { ...fields, accept: 'text/event-stream', 'last-event-id': lastEventId })
  }

  #make(method: string, fields: Readonly<Record<string, string>>): RequestHead {
    return new RequestHead(method, this.#endpoint, fields, this.#context)
  }
}

/** Returns a text as a field value: unchanged when HTTP allows it, otherwise marked and in base64 (2026-07-28). */
export function fieldValue(text: string): string {
  const plain = /^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}
