import { randomUUID } from 'node:crypto'
import type { McpRequest } from '../../model/requests.ts'
import { CarriedBody } from './carried-body.ts'
import type { Negotiated } from './channel.ts'
import { clientMeta } from './client.ts'
import type { McpRequestMessage } from './dialogue.ts'

type Params = Readonly<Record<string, unknown>>

/** Stand where the id and the nonce of each sending go; no text of a user's holds them. */
const ID_MARK = `id ${randomUUID()}`
const NONCE_MARK = `nonce ${randomUUID()}`
const MARKS = new RegExp(`"${ID_MARK}"|${NONCE_MARK}`)

/** The health read of a server whose era is not known yet: `ping`, or `tools/list` in the modern era, which has no ping. */
export const HEALTH: McpRequest = { method: 'ping' }

/** What of a request is the same each time it is sent, made once. */
export interface EncodedCall {
  readonly method: string
  readonly name: string | undefined
  /** Whether each sending carries a text of its own, which its reply must hold. */
  readonly nonced: boolean
  readonly progress: boolean
  readonly read: McpRequest['read']
  /** The message with this id; `nonce` must need no escape in JSON. */
  message(id: number, nonce: string): McpRequestMessage
}

export type CallEncoder = (request: McpRequest) => EncodedCall

const encoders = new Map<string, CallEncoder>()

/** The encoder for what was negotiated; connections that speak the same share it, and with it what is encoded. */
export function encoderFor({ era, version }: Pick<Negotiated, 'era' | 'version'>): CallEncoder {
  const meta = era === 'modern' ? clientMeta(version) : undefined
  let encoder = encoders.get(version)
  if (encoder === undefined) encoders.set(version, (encoder = createEncoder(meta)))
  return encoder
}

function createEncoder(meta: Params | undefined): CallEncoder {
  const encoded = new WeakMap<McpRequest, EncodedCall>()
  return (request) => {
    let known = encoded.get(request)
    if (known === undefined) encoded.set(request, (known = encode(request, meta)))
    return known
  }
}

function encode(request: McpRequest, meta: Params | undefined): EncodedCall {
  const { progress = false, read } = request
  const { method, params: written } = callOf(
    request === HEALTH && meta !== undefined ? { method: 'tools/list' } : request,
  )
  const noncePath = noncePathOf(request)
  const marked = noncePath === undefined ? written : markedAt(written, noncePath.split('.'))
  const params = withMeta(marked, { ...meta, ...(progress && { progressToken: ID_MARK }) })
  const whole = JSON.stringify({ jsonrpc: '2.0', id: ID_MARK, method, params })
  const pieces = whole.split(MARKS)
  // In the order in which they stand, true for an id: the message's own is first, then what the params hold.
  const holes = [...whole.matchAll(new RegExp(MARKS, 'g'))].map(([mark]) => mark !== NONCE_MARK)
  const [first = '', second = ''] = pieces
  const name = nameOf(written)

  function text(id: number, nonce: string): string {
    if (pieces.length === 2) return first + id + second
    let spliced = first
    for (let i = 0; i < holes.length; i++) spliced += (holes[i] === true ? id : nonce) + (pieces[i + 1] ?? '')
    return spliced
  }
  return {
    method,
    name,
    nonced: holes.includes(false),
    progress,
    read,
    message: (id, nonce) => ({ id, method, name, text: text(id, nonce), source: request }),
  }
}

/** The JSON-RPC method and parameters that a request stands for. */
export function callOf(request: McpRequest): { readonly method: string; readonly params: Params | undefined } {
  if ('tool' in request) {
    return { method: 'tools/call', params: { name: request.tool, arguments: request.arguments ?? {} } }
  }
  if ('resource' in request) return { method: 'resources/read', params: { uri: request.resource } }
  if ('prompt' in request) {
    const { prompt: name, arguments: given } = request
    return { method: 'prompts/get', params: { name, ...(given !== undefined && { arguments: given }) } }
  }
  return { method: request.method, params: request.params }
}

/** What a call is applied to: the name of a tool or a prompt, the URI of a resource. */
export function nameOf(params: Params | undefined): string | undefined {
  const name = params?.['name'] ?? params?.['uri']
  return typeof name === 'string' ? name : undefined
}

function withMeta(params: Params | undefined, meta: Params): Params | undefined {
  if (Object.keys(meta).length === 0) return params
  return { ...params, _meta: { ...(params?.['_meta'] as Params | undefined), ...meta } }
}

/** Where the nonce goes, from the params on; undefined where there is none. */
function noncePathOf(request: McpRequest): string | undefined {
  const { nonce } = request
  if (nonce === false) return undefined
  const inArguments = 'tool' in request || 'prompt' in request
  if (nonce !== undefined) return inArguments ? `arguments.${nonce}` : nonce
  if (!('tool' in request) || request.tool !== 'echo') return undefined
  return isText(request.arguments?.['message']) ? 'arguments.message' : undefined
}

/** A copy with the mark after the text at this path; as it was where there is no text. */
function markedAt(params: Params | undefined, path: readonly string[]): Params | undefined {
  return withMark(params, path) as Params | undefined
}

function withMark(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) {
    return isText(value) ? `${typeof value === 'string' ? value : value.toJSON()} ${NONCE_MARK}` : value
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  copy[key] = withMark(copy[key], rest)
  return copy
}

function isText(value: unknown): value is string | CarriedBody {
  return typeof value === 'string' || value instanceof CarriedBody
}

/** Whether there is a text at a nonce's path, for who checks a request. */
export function hasTextAt(value: unknown, path: string): boolean {
  let at = value
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false
    at = (at as Readonly<Record<string, unknown>>)[key]
  }
  return isText(at)
}
