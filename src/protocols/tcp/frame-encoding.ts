import { isGenerated, lengthOf } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import type { TcpRequest } from '../../model/requests.ts'
import { ignoredTexts } from '../ignored-messages.ts'
import { bufferOf, checkedChunks, contentRule } from './framing.ts'
import type { FrameFormat } from './framing.ts'

/** Content up to this many bytes goes into the same write as its framing. */
const ONE_WRITE_BYTES = 16 * 1024

/** A request made ready once, so that sending it costs one write. */
export interface EncodedFrame {
  readonly replies: number
  readonly read: TcpRequest['read']
  /** Texts of frames that are never a response. */
  readonly ignored: readonly string[]
  /** False: nothing is sent, and frames are waited for. */
  readonly sends: boolean
  /** Why it cannot be sent. */
  readonly fault: string | undefined
  /** On the wire, framing included. */
  readonly bytes: number
  /** In order. */
  readonly parts: readonly (string | Uint8Array)[]
  /** The whole frame instead of `parts`, where its content is made while it is sent. */
  readonly generated: GeneratedBody | undefined
}

export type FrameEncoder = (request: TcpRequest) => EncodedFrame

/** Requests that are sent again and again are encoded once. */
export function frameEncoder(format: FrameFormat): FrameEncoder {
  const encoded = new WeakMap<TcpRequest, EncodedFrame>()
  return (request) => {
    let known = encoded.get(request)
    if (known === undefined) encoded.set(request, (known = encode(format, request)))
    return known
  }
}

function encode(format: FrameFormat, { data, replies = 1, read, ignore }: TcpRequest): EncodedFrame {
  const empty = {
    replies,
    read,
    ignored: ignoredTexts(ignore),
    sends: data !== undefined,
    fault: undefined,
    bytes: 0,
    parts: [],
    generated: undefined,
  }
  if (data === undefined) return empty
  const rule = contentRule(format, data)
  if (rule !== undefined) return { ...empty, fault: `data ${rule}` }
  const length = lengthOf(data)
  const prefix = format.prefix(length)
  const { delimiter } = format
  const frame = { ...empty, bytes: prefix.length + length + delimiter.length }
  if (typeof data === 'object' && isGenerated(data)) {
    return { ...frame, generated: { length: frame.bytes, chunks: () => framedChunks(data, prefix, delimiter) } }
  }
  if (length > ONE_WRITE_BYTES) {
    const parts = [prefix, typeof data === 'string' ? Buffer.from(data) : data, delimiter]
    return { ...frame, parts: parts.filter((part) => part.length > 0) }
  }
  if (typeof data === 'string' && prefix.length === 0) return { ...frame, parts: [data + delimiter.toString()] }
  const content = typeof data === 'string' ? Buffer.from(data) : bufferOf(data)
  return { ...frame, parts: [Buffer.concat([prefix, content, delimiter])] }
}

/** Throws where the content is not what a frame may hold, or not as long as it said: the prefix is long gone then. */
function* framedChunks(content: GeneratedBody, prefix: Buffer, delimiter: Buffer): Generator<Uint8Array> {
  if (prefix.length > 0) yield prefix
  let left = content.length
  for (const chunk of delimiter.length === 0 ? content.chunks() : checkedChunks(content.chunks(), delimiter)) {
    left -= chunk.length
    if (left < 0) break
    yield chunk
  }
  if (left !== 0) throw new Error(`data is not ${content.length} bytes long, as it said`)
  if (delimiter.length > 0) yield delimiter
}
