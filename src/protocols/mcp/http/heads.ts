import type { ConnectContext } from '../../../model/protocol.ts'
import type { HttpRequest } from '../../../model/requests.ts'
import { encoderFor } from '../../http/request-encoding.ts'
import type { McpMessage, Negotiated } from '../channel.ts'

/** Statuses are read here, not by HTTP. */
const ANY_STATUS: NonNullable<HttpRequest['ok']> = [[100, 999]]

/** The server's own URL, and below it the path that messages go to. */
export interface Endpoint {
  readonly base: URL
  readonly path: string
}

/** `mcp+http:` means `http:`. What stands behind a `#` is ours. */
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

/** What every request of a session has before its body, made once. */
export class RequestHead {
  readonly #request: HttpRequest
  /** With a body of no bytes. */
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

  /** A request without a body. */
  get request(): HttpRequest {
    return this.#request
  }

  /** What a request takes with a body of `length` bytes, which is more than none. */
  bytesWith(length: number): number {
    return this.#bytes + length + Math.floor(Math.log10(length))
  }
}

const POST_FIELDS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

/** The head of each message that is posted: what was negotiated decides its fields. */
export class PostHeads {
  readonly #endpoint: Endpoint
  readonly #context: ConnectContext
  /** Of the modern era, where a head says what its message is about. */
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

  /** From now on every request says this too: the session, the version that the server chose. */
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

  /** Of a request of another method, without a body. */
  without(method: 'GET' | 'DELETE'): RequestHead {
    const { 'content-type': _, ...fields } = this.#fields as Record<string, string>
    return this.#make(method, method === 'GET' ? { ...fields, accept: 'text/event-stream' } : fields)
  }

  #make(method: string, fields: Readonly<Record<string, string>>): RequestHead {
    return new RequestHead(method, this.#endpoint, fields, this.#context)
  }
}

/** A text as a field's value: as it is where HTTP can carry it so, else marked and in base64 (2026-07-28). */
export function fieldValue(text: string): string {
  const plain = /^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}
