import { isGenerated } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import type { WebSocketRequest } from './request.ts'
import { ignoredTexts } from '../ignored-messages.ts'
import { idPlace } from './json-id.ts'
import type { JsonId } from './json-id.ts'
import { FormattedBody } from './message-body.ts'

/** Content of a message: a string or bytes. The bytes are UTF-8 text when `binary` is false. */
export interface Message {
  readonly content: string | Uint8Array | GeneratedBody
  readonly binary: boolean
}

/** A JSON object with a placeholder for the id, which differs each time it is sent. */
export interface Template {
  idFor(requestId: number): JsonId
  messageWith(id: JsonId): Message
}

/** A request that was encoded once and can be sent many times. */
export type Encoded = EncodedMessage & {
  /** Texts that identify messages that are never a response. */
  readonly ignored: readonly string[]
}

/** Encoded request, by the way its response is matched. */
type EncodedMessage =
  | { readonly by: 'order'; readonly message: Message }
  | { readonly by: 'id'; readonly template: Template }
  | { readonly by: 'pong' }
  /** Sends nothing: the messages that the server pushes are its response. */
  | { readonly by: 'listening' }
  | { readonly by: 'nothing'; readonly violation: string }

const known = new WeakMap<WebSocketRequest, Encoded>()

export function encode(request: WebSocketRequest): Encoded {
  let encoded = known.get(request)
  if (encoded === undefined) {
    encoded = { ...encodeNew(request), ignored: ignoredTexts(request.ignore) }
    known.set(request, encoded)
  }
  return encoded
}

function encodeNew({ data, correlate, ping }: WebSocketRequest): EncodedMessage {
  if (ping === true) return { by: 'pong' }
  if (data === undefined) return { by: 'listening' }
  if (correlate === 'id') {
    const template = templateOf(data)
    // Plan validation rejects such data, except data with a template, which is filled in only now.
    return template === undefined
      ? { by: 'nothing', violation: 'the data is not a JSON object, so no id can be inserted' }
      : { by: 'id', template }
  }
  // Convert to bytes once, not each time the request is sent.
  if (typeof data === 'string') return { by: 'order', message: { content: Buffer.from(data), binary: false } }
  return {
    by: 'order',
    message: { content: data, binary: !(data instanceof FormattedBody) || data.format === 'binary' },
  }
}

/**
 * Creates a template. The id replaces the `id` in the data and keeps its type: a number, or the string followed by a
 * number. When the data has no `id`, the template adds a number as the first member.
 */
function templateOf(data: string | Uint8Array | GeneratedBody): Template | undefined {
  if (typeof data === 'object' && isGenerated(data)) return undefined
  const json = Buffer.from(data)
  const place = idPlace(json)
  if (place === undefined) return undefined
  const { inside, value, hasMembers } = place
  const before = value === undefined ? `${json.toString('utf8', 0, inside)}"id":` : json.toString('utf8', 0, value[0])
  const after =
    value === undefined ? `${hasMembers ? ',' : ''}${json.toString('utf8', inside)}` : json.toString('utf8', value[1])
  const prefix = prefixOf(value === undefined ? '' : json.toString('utf8', ...value))
  const binary = typeof data !== 'string'
  return {
    idFor: (requestId) => (prefix === undefined ? requestId : `${prefix}-${requestId}`),
    messageWith(id) {
      const whole = before + JSON.stringify(id) + after
      return { content: binary ? Buffer.from(whole) : whole, binary }
    },
  }
}

/** Returns the id in the data when it is a string; otherwise undefined. */
function prefixOf(written: string): string | undefined {
  if (!written.startsWith('"')) return undefined
  try {
    return JSON.parse(written) as string
  } catch {
    return undefined
  }
}
