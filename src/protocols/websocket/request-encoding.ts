import { isGenerated } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import type { WebSocketRequest } from '../../model/requests.ts'
import { ignoredTexts } from '../ignored-messages.ts'
import { idPlace } from './json-id.ts'
import type { JsonId } from './json-id.ts'
import { FormattedBody } from './message-body.ts'

/** What a message consists of: a text, or bytes that are a text where it is not `binary`. */
export interface Message {
  readonly content: string | Uint8Array | GeneratedBody
  readonly binary: boolean
}

/** A JSON object with a hole where the id of each sending goes. */
export interface Template {
  idFor(requestId: number): JsonId
  messageWith(id: JsonId): Message
}

/** A request made ready once. */
export type Encoded = EncodedMessage & {
  /** Texts of messages that are never a response. */
  readonly ignored: readonly string[]
}

/** By the way in which its answer is known. */
type EncodedMessage =
  | { readonly by: 'order'; readonly message: Message }
  | { readonly by: 'id'; readonly template: Template }
  | { readonly by: 'pong' }
  /** Nothing is sent: whatever the server pushes answers it. */
  | { readonly by: 'listening' }
  | { readonly by: 'nothing'; readonly fault: string }

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
    // A plan with such a request has a fault; a template in its data is filled in only now.
    return template === undefined
      ? { by: 'nothing', fault: 'the data is not a JSON object, which an id could be put into' }
      : { by: 'id', template }
  }
  // As bytes once, and not again each time it is sent.
  if (typeof data === 'string') return { by: 'order', message: { content: Buffer.from(data), binary: false } }
  return {
    by: 'order',
    message: { content: data, binary: !(data instanceof FormattedBody) || data.format === 'binary' },
  }
}

/**
 * An id takes the place of the one that is written, and its type: a number, or the text with a number behind it. Where
 * none is written it is a number, and comes first.
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

/** The text that stands as an id; undefined where none does. */
function prefixOf(written: string): string | undefined {
  if (!written.startsWith('"')) return undefined
  try {
    return JSON.parse(written) as string
  } catch {
    return undefined
  }
}
