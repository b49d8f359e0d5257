import { isGenerated, lengthOf } from '../../model/body.ts'
import type { Body, MessageFormat } from '../../model/body.ts'
import type { PlanIssue } from '../../model/errors.ts'
import { DelimiterFramer } from '../framers/delimiter-framer.ts'
import { FixedFramer } from '../framers/fixed-framer.ts'
import type { Framer } from '../framers/framer.ts'
import { LengthFramer, lengthPrefix, maxPrefixedBytes } from '../framers/length-framer.ts'
import type { LengthPrefix } from '../framers/length-framer.ts'
import { StreamEndFramer } from '../framers/stream-end-framer.ts'

/**
 * How a byte stream is divided into messages, in both directions. Plain data.
 *
 * - `newline`: a frame ends with a line feed. A CR before it is content.
 * - `length`: a frame begins with the length of its content.
 * - `delimiter`: a frame ends with this text, encoded as UTF-8. It may have several characters.
 * - `fixed`: every frame has this length in bytes.
 * - `until-close`: the client ends its side of the stream after the request. The response is everything that the server
 *   sends until it closes.
 */
export type Framing =
  | 'newline'
  | 'until-close'
  | LengthPrefix
  | { readonly delimiter: string }
  | { readonly fixed: number }

const CARRIES_BYTES = 'tcp({ framing: { length: 4 } }) carries any bytes'

const NOTHING = Buffer.alloc(0)

/** Properties of a framing, and functions that create its framers and prefixes. */
export interface FrameFormat {
  /** Default message format: `binary` when the framing can carry any bytes. */
  readonly usualFormat: MessageFormat
  /** Maximum content length of a frame, in bytes. */
  readonly maxBytes: number
  /** Bytes that end every frame; empty when the length or the end of the stream delimits frames. */
  readonly delimiter: Buffer
  /** Fixed length of every frame, in bytes. */
  readonly fixed: number | undefined
  /** Whether only the end of the stream ends the response. */
  readonly untilClose: boolean
  /** Returns the prefix for content of this length. */
  prefix(contentBytes: number): Buffer
  framer(): Framer
}

const BY_LENGTH: FrameFormat = {
  usualFormat: 'binary',
  maxBytes: Number.POSITIVE_INFINITY,
  delimiter: NOTHING,
  fixed: undefined,
  untilClose: false,
  prefix: () => NOTHING,
  framer: () => new StreamEndFramer(),
}

export function frameFormat(framing: Framing): FrameFormat {
  if (framing === 'newline') return delimited('\n')
  if (framing === 'until-close') return { ...BY_LENGTH, usualFormat: 'text', untilClose: true }
  if ('delimiter' in framing) return delimited(framing.delimiter)
  if ('fixed' in framing) {
    const { fixed } = framing
    return { ...BY_LENGTH, fixed, maxBytes: fixed, framer: () => new FixedFramer(fixed) }
  }
  return {
    ...BY_LENGTH,
    maxBytes: maxPrefixedBytes(framing),
    prefix: (contentBytes) => lengthPrefix(framing, contentBytes),
    framer: () => new LengthFramer(framing),
  }
}

function delimited(text: string): FrameFormat {
  const delimiter = Buffer.from(text)
  return { ...BY_LENGTH, usualFormat: 'text', delimiter, framer: () => new DelimiterFramer(delimiter) }
}

/**
 * Returns the rule that this content violates, or undefined when it fits a frame. The text follows "data". For a
 * generated body, `checkedChunks` checks the content while it is sent.
 */
export function contentRule(format: FrameFormat, content: Body): string | undefined {
  const length = lengthOf(content)
  const { fixed, maxBytes, delimiter } = format
  if (fixed !== undefined && length !== fixed) return `must be exactly ${fixed} bytes long, the fixed frame length`
  if (length > maxBytes) return `must be at most ${maxBytes} bytes long, the maximum of the length prefix`
  if (delimiter.length === 0 || (typeof content === 'object' && isGenerated(content))) return undefined
  const bytes = typeof content === 'string' ? Buffer.from(content) : bufferOf(content)
  return holdsDelimiter(bytes, delimiter) ? delimiterRule(delimiter) : undefined
}

function delimiterRule(delimiter: Buffer): string {
  const text = delimiter.toString()
  return `must not contain ${text === '\n' ? 'a newline' : JSON.stringify(text)}, which ends a frame`
}

/** Whether a frame would end inside this content, also when the final delimiter completes an earlier match. */
function holdsDelimiter(content: Buffer, delimiter: Buffer): boolean {
  if (content.indexOf(delimiter) >= 0) return true
  if (delimiter.length === 1) return false
  const tail = content.subarray(Math.max(0, content.length - delimiter.length + 1))
  return Buffer.concat([tail, delimiter]).indexOf(delimiter) < tail.length
}

/** Yields the chunks of generated content; throws when they contain the delimiter. */
export function* checkedChunks(chunks: Iterable<Uint8Array>, delimiter: Buffer): Generator<Uint8Array> {
  const framer = new DelimiterFramer(delimiter)
  for (const chunk of chunks) {
    if (chunk.length === 0) continue
    framer.push(bufferOf(chunk), 0)
    if (framer.done) throw new Error(`data ${delimiterRule(delimiter)}`)
    yield chunk
  }
  // The final delimiter may complete an earlier match. Then the frame would end too early.
  if (framer.push(delimiter, 0) < delimiter.length) throw new Error(`data ${delimiterRule(delimiter)}`)
}

/** Returns the remedy for data that contains the delimiter. */
export function delimiterRemedy({ delimiter }: FrameFormat, data: Body): string {
  const ending = delimiter.toString()
  const text = typeof data === 'string' ? data : ''
  const isEnd = text.endsWith(ending) && text.indexOf(ending) === text.length - ending.length
  if (isEnd && text.endsWith('\r\n') && ending === '\n') {
    return "remove the final \\r\\n and write protocol: tcp({ framing: { delimiter: '\\r\\n' } }), which adds it"
  }
  if (isEnd) return `remove the final ${JSON.stringify(ending)}, because the framing adds it`
  return `send each part as its own request; if the server reads a length prefix, ${CARRIES_BYTES}`
}

/** Returns the issue of a message format that this framing cannot carry, or undefined. */
export function formatIssue(format: FrameFormat, messageFormat: MessageFormat, key: string): PlanIssue | undefined {
  if (messageFormat === 'text' || format.delimiter.length === 0) return undefined
  const rule = "must be 'text' with this framing: binary data may contain the delimiter"
  return { key, value: messageFormat, rule, remedy: CARRIES_BYTES }
}

/** Returns a Buffer over the same bytes, without copying. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
