import { isGenerated, lengthOf } from '../../model/body.ts'
import type { Body, MessageFormat } from '../../model/body.ts'
import type { PlanFault } from '../../model/errors.ts'
import { DelimiterFramer } from '../framers/delimiter-framer.ts'
import { FixedFramer } from '../framers/fixed-framer.ts'
import type { Framer } from '../framers/framer.ts'
import { LengthFramer, lengthPrefix, longestPrefixed } from '../framers/length-framer.ts'
import type { LengthPrefix } from '../framers/length-framer.ts'
import { StreamEndFramer } from '../framers/stream-end-framer.ts'

/**
 * How messages are told apart in a stream of bytes; the same both ways. Plain data.
 *
 * - `newline`: a frame ends with a line feed. A CR before it is content.
 * - `length`: a frame begins with the length of its content.
 * - `delimiter`: a frame ends with this text (as UTF-8), which may be several characters long.
 * - `fixed`: every frame is this many bytes long.
 * - `until-close`: our side ends its writing after the request, and the answer is everything until the server closes.
 */
export type Framing =
  | 'newline'
  | 'until-close'
  | LengthPrefix
  | { readonly delimiter: string }
  | { readonly fixed: number }

export const CARRIES_BYTES = 'tcp({ framing: { length: 4 } }) carries any bytes'

const NOTHING = Buffer.alloc(0)

/** What a framing does to messages. */
export interface FrameFormat {
  /** What messages are when the plan does not say: bytes where the framing carries any. */
  readonly usualFormat: MessageFormat
  /** Longest content of a frame, in bytes. */
  readonly longest: number
  /** What every frame ends with; empty where it ends by its length or with the stream. */
  readonly delimiter: Buffer
  /** Length of every frame, where it is fixed. */
  readonly fixed: number | undefined
  /** Only the end of the stream ends the answer. */
  readonly untilClose: boolean
  /** What goes before content of this length. */
  prefix(contentBytes: number): Buffer
  framer(): Framer
}

const BY_LENGTH: FrameFormat = {
  usualFormat: 'binary',
  longest: Number.POSITIVE_INFINITY,
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
    return { ...BY_LENGTH, fixed, longest: fixed, framer: () => new FixedFramer(fixed) }
  }
  return {
    ...BY_LENGTH,
    longest: longestPrefixed(framing),
    prefix: (contentBytes) => lengthPrefix(framing, contentBytes),
    framer: () => new LengthFramer(framing),
  }
}

function delimited(text: string): FrameFormat {
  const delimiter = Buffer.from(text)
  return { ...BY_LENGTH, usualFormat: 'text', delimiter, framer: () => new DelimiterFramer(delimiter) }
}

/**
 * The rule that this content breaks, worded to stand after "data"; undefined where it is a frame. What a generated body
 * holds is not looked at: `checkedChunks` does when it is sent.
 */
export function contentRule(format: FrameFormat, content: Body): string | undefined {
  const length = lengthOf(content)
  const { fixed, longest, delimiter } = format
  if (fixed !== undefined && length !== fixed) return `must be exactly ${fixed} bytes long, as every frame is`
  if (length > longest) return `must be at most ${longest} bytes long, which is all that the prefix can say`
  if (delimiter.length === 0 || (typeof content === 'object' && isGenerated(content))) return undefined
  const bytes = typeof content === 'string' ? Buffer.from(content) : bufferOf(content)
  return holdsDelimiter(bytes, delimiter) ? delimiterRule(delimiter) : undefined
}

function delimiterRule(delimiter: Buffer): string {
  const text = delimiter.toString()
  return `must not hold ${text === '\n' ? 'a newline' : JSON.stringify(text)}, which ends a frame`
}

/** Whether a frame of this content would end before its end, also where the delimiter only completes what stands there. */
function holdsDelimiter(content: Buffer, delimiter: Buffer): boolean {
  if (content.indexOf(delimiter) >= 0) return true
  if (delimiter.length === 1) return false
  const tail = content.subarray(Math.max(0, content.length - delimiter.length + 1))
  return Buffer.concat([tail, delimiter]).indexOf(delimiter) < tail.length
}

/** The chunks of a generated content; throws at the one that holds the delimiter. */
export function* checkedChunks(chunks: Iterable<Uint8Array>, delimiter: Buffer): Generator<Uint8Array> {
  const framer = new DelimiterFramer(delimiter)
  for (const chunk of chunks) {
    if (chunk.length === 0) continue
    framer.push(bufferOf(chunk), 0)
    if (framer.done) throw new Error(`data ${delimiterRule(delimiter)}`)
    yield chunk
  }
  // Or it is only completed by the one that follows: then a frame ends too early.
  if (framer.push(delimiter, 0) < delimiter.length) throw new Error(`data ${delimiterRule(delimiter)}`)
}

/** What is wrong with messages of this format over this framing; undefined where nothing is. */
export function formatFault(format: FrameFormat, messageFormat: MessageFormat, key: string): PlanFault | undefined {
  if (messageFormat === 'text' || format.delimiter.length === 0) return undefined
  const rule = "must be 'text' over this framing: bytes may hold what ends a frame"
  return { key, value: messageFormat, rule, remedy: CARRIES_BYTES }
}

/** The same bytes, not copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
