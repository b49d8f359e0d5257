import { randomUUID } from 'node:crypto'
import type { McpRequest } from './request.ts'
import type { Traceparent } from '../../model/trace.ts'
import { TRACEPARENT } from '../trace-field.ts'
import { CarriedBody } from './carried-body.ts'
import type { MirroredParameters, Negotiated } from './channel.ts'
import { clientMeta } from './client.ts'
import type { McpRequestMessage } from './dialogue.ts'
import { mirroredValues } from './mirrored-parameters.ts'
import type { McpVersion } from './versions.ts'

type Params = Readonly<Record<string, unknown>>
type Spoken = Pick<Negotiated, 'era' | 'version' | 'mirrored'>

/** Placeholders for the id, the nonce and the trace context. Random, so that no text of a user contains them. */
const ID_MARK = `id ${randomUUID()}`
const NONCE_MARK = `nonce ${randomUUID()}`
const CONTEXT_MARK = `context ${randomUUID()}`
const MARKS = new RegExp(`"${ID_MARK}"|${NONCE_MARK}|${CONTEXT_MARK}`)

/** Health read while the era is unknown: `ping`, or `tools/list` in the modern era, which has no ping. */
export const HEALTH: McpRequest = { method: 'ping' }

/** The parts of a request that are the same each time it is sent, encoded once. */
export interface EncodedCall {
  readonly method: string
  readonly name: string | undefined
  /** Whether each call contains a unique text that its reply must contain. */
  readonly nonced: boolean
  readonly progress: boolean
  readonly read: McpRequest['read']
  readonly check: McpRequest['check']
  /** Returns the message. `nonce` must need no JSON escapes. `traceparent` is required if the encoder is `traced`. */
  message(id: number, nonce: string, traceparent?: Traceparent): McpRequestMessage
}

export type CallEncoder = (request: McpRequest) => EncodedCall

const NOT_MIRRORED: MirroredParameters = new Map()
const byVersion = new Map<McpVersion, Encoders>()
const byMirrored = new WeakMap<MirroredParameters, Encoders>()

/** `traced` adds a trace context to the `_meta` of each message; `plain` does not. */
interface Encoders {
  readonly plain: CallEncoder
  readonly traced: CallEncoder
}

/**
 * Returns the encoders for the negotiated settings. Connections with the same version share them and their cached
 * messages. A server with mirrored parameters gets separate encoders.
 */
export function encodersFor({ era, version, mirrored }: Spoken): Encoders {
  let encoders = mirrored === undefined ? byVersion.get(version) : byMirrored.get(mirrored)
  if (encoders !== undefined) return encoders
  const modern = era === 'modern'
  const meta = modern ? clientMeta(version) : {}
  encoders = {
    plain: createEncoder(meta, mirrored ?? NOT_MIRRORED, modern),
    traced: createEncoder({ ...meta, [TRACEPARENT]: CONTEXT_MARK }, mirrored ?? NOT_MIRRORED, modern),
  }
  if (mirrored === undefined) byVersion.set(version, encoders)
  else byMirrored.set(mirrored, encoders)
  return encoders
}

function createEncoder(meta: Params, mirrored: MirroredParameters, modern: boolean): CallEncoder {
  const encoded = new WeakMap<McpRequest, EncodedCall>()
  return (request) => {
    let known = encoded.get(request)
    if (known === undefined) encoded.set(request, (known = encode(request, meta, mirrored, modern)))
    return known
  }
}

function encode(
  request: McpRequest,
  meta: Params,
  mirroredParameters: MirroredParameters,
  modern: boolean,
): EncodedCall {
  const { progress = false, read, check } = request
  const healthy: McpRequest = request === HEALTH && modern ? { method: 'tools/list' } : request
  const { method, params: written } = callOf(healthy)
  const noncePath = noncePathOf(request)
  const marked = noncePath === undefined ? written : markedAt(written, noncePath.split('.'))
  const params = withMeta(marked, { ...meta, ...(progress && { progressToken: ID_MARK }) })
  const whole = JSON.stringify({ jsonrpc: '2.0', id: ID_MARK, method, params })
  const pieces = whole.split(MARKS)
  // In the order of the text: first the id of the message, then the placeholders in the params.
  const holes = [...whole.matchAll(new RegExp(MARKS, 'g'))].map(([mark]) => mark)
  const [first = '', second = ''] = pieces
  const name = nameOf(written)
  const wanted = method === 'tools/call' && name !== undefined ? (mirroredParameters.get(name) ?? []) : []
  const mirrored = mirroredValues(wanted, marked?.['arguments'])
  const source = mirrored === undefined ? sourceOf(method, name, request) : request
  const nonceMirrored = Object.values(mirrored ?? {}).some((value) => value.includes(NONCE_MARK))

  function text(id: number, nonce: string, traceparent: Traceparent): string {
    if (pieces.length === 2) return first + id + second
    let spliced = first
    for (let i = 0; i < holes.length; i++) {
      const hole = holes[i]
      spliced += hole === NONCE_MARK ? nonce : hole === CONTEXT_MARK ? traceparent : id
      spliced += pieces[i + 1] ?? ''
    }
    return spliced
  }
  return {
    method,
    name,
    nonced: holes.includes(NONCE_MARK),
    progress,
    read,
    check,
    message(id, nonce, traceparent) {
      const message = { id, method, name, text: text(id, nonce, traceparent ?? ''), source, traceparent }
      if (mirrored === undefined) return message
      // A value that differs each time cannot be cached, so the source is a new object.
      return nonceMirrored ? { ...message, mirrored: withNonce(mirrored, nonce), source: {} } : { ...message, mirrored }
    },
  }
}

const KEPT_SOURCES = 1_000
const sources = new Map<string, object>()

/** Calls of one tool have the same head even if their arguments differ, and generated bodies create new requests. */
function sourceOf(method: string, name: string | undefined, request: McpRequest): object {
  const key = `${method} ${name ?? ''}`
  let source = sources.get(key)
  if (source !== undefined) return source
  if (sources.size >= KEPT_SOURCES) return request
  // A new object, because using the request would keep it in memory, and it may be large.
  source = {}
  sources.set(key, source)
  return source
}

function withNonce(headers: Readonly<Record<string, string>>, nonce: string): Readonly<Record<string, string>> {
  const filled = Object.entries(headers).map(([name, value]) => [name, value.replace(NONCE_MARK, () => nonce)])
  return Object.fromEntries(filled) as Readonly<Record<string, string>>
}

/** Returns the JSON-RPC method and parameters of a request. */
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

/** Returns what a call applies to: the name of a tool or prompt, or the URI of a resource. */
export function nameOf(params: Params | undefined): string | undefined {
  const name = params?.['name'] ?? params?.['uri']
  return typeof name === 'string' ? name : undefined
}

function withMeta(params: Params | undefined, meta: Params): Params | undefined {
  if (Object.keys(meta).length === 0) return params
  const written = params?.['_meta'] as Params | undefined
  // A trace context that the user wrote is sent unchanged.
  const context = written?.[TRACEPARENT]
  return { ...params, _meta: { ...written, ...meta, ...(context !== undefined && { [TRACEPARENT]: context }) } }
}

/** Returns the path of the nonce inside the params; undefined when the request has no nonce. */
function noncePathOf(request: McpRequest): string | undefined {
  const { nonce } = request
  if (nonce === false) return undefined
  const inArguments = 'tool' in request || 'prompt' in request
  if (nonce !== undefined) return inArguments ? `arguments.${nonce}` : nonce
  if (!('tool' in request) || request.tool !== 'echo') return undefined
  return isText(request.arguments?.['message']) ? 'arguments.message' : undefined
}

/** Returns a copy with the placeholder after the text at this path; unchanged when there is no text. */
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

/** Whether there is a text at the path of a nonce. Used to validate requests. */
export function hasTextAt(value: unknown, path: string): boolean {
  let at = value
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false
    at = (at as Readonly<Record<string, unknown>>)[key]
  }
  return isText(at)
}
