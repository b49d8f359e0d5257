import { isGenerated, lengthOf } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import type { TcpRequest } from './request.ts'
import { ignoredTexts } from '../ignored-messages.ts'
import { bufferOf, checkedChunks, contentRule } from './framing.ts'
import type { FrameFormat } from './framing.ts'

/** Maximum content length that is written together with its framing. */
const ONE_WRITE_BYTES = 16 * 1024

/** A request encoded once, so that sending it takes one write. */
export interface EncodedFrame {
  readonly replies: number
  readonly read: TcpRequest['read']
  readonly check: TcpRequest['check']
  /** Texts of `ignore`. A frame that contains one is never a response. */
  readonly ignored: readonly string[]
  /** False for a request that sends nothing and only waits for frames. */
  readonly sends: boolean
  /** Reason why the request cannot be sent. */
  readonly violation: string | undefined
  /** Bytes on the wire, including the framing. */
  readonly bytes: number
  /** Parts of the frame, in order. */
  readonly parts: readonly (string | Uint8Array)[]
  /** The complete frame of a generated body; replaces `parts`. */
  readonly generated: GeneratedBody | undefined
}

export type FrameEncoder = (request: TcpRequest) => EncodedFrame

/** Returns an encoder that encodes each request object once. */
export function frameEncoder(format: FrameFormat): FrameEncoder {
  const encoded = new WeakMap<TcpRequest, EncodedFrame>()
  return (request) => {
    let known = encoded.get(request)
    if (known === undefined) encoded.set(request, (known = encode(format, request)))
    return known
  }
}

function encode(format: FrameFormat, { data, replies = 1, read, check, ignore }: TcpRequest): EncodedFrame {
  const empty = {
    replies,
    read,
    check,
    ignored: ignoredTexts(ignore),
    sends: data !== undefined,
    violation: undefined,
    bytes: 0,
    parts: [],
    generated: undefined,
  }
  if (data === undefined) return empty
  const rule = contentRule(format, data)
  if (rule !== undefined) return { ...empty, violation: `data ${rule}` }
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

/** Throws when generated content contains the delimiter or does not have its declared length. */
function* framedChunks(content: GeneratedBody, prefix: Buffer, delimiter: Buffer): Generator<Uint8Array> {
  if (prefix.length > 0) yield prefix
  let left = content.length
  for (const chunk of delimiter.length === 0 ? content.chunks() : checkedChunks(content.chunks(), delimiter)) {
    left -= chunk.length
    if (left < 0) break
    yield chunk
  }
  if (left !== 0) throw new Error(`data is not ${content.length} bytes long as declared`)
  if (delimiter.length > 0) yield delimiter
}
