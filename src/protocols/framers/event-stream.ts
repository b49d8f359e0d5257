import { isAscii } from 'node:buffer'
import { KeptBytes } from '../kept-bytes.ts'

/** Default of the maximum length of an event. */
const LIMIT_BYTES = 8 * 1024 * 1024

/** One event. The parser reuses the object for the next event. */
export interface StreamEvent {
  /** Event type; `message` when the stream sets none. */
  readonly type: string
  /** The event's data lines, joined by a line feed; empty when `keepData` is false. */
  readonly data: string
  /** Bytes on the wire, including everything since the end of the previous event. */
  readonly bytes: number
}

export interface EventStreamOptions {
  /** When false, the parser finds and counts events of any length but discards their data. Default true. */
  readonly keepData?: boolean
  /** Maximum number of bytes kept of one event; a longer event is a violation. Default 8 MiB. */
  readonly limitBytes?: number
}

const CR = 13
const LF = 10
const SPACE = 32
const COLON = 58
/** Length of the longest field name that has a meaning: `event` or `retry`. */
const LONGEST_FIELD = 5
const NOTHING = Buffer.alloc(0)
const LINE_END = Buffer.from('\n')
/** U+FEFF in UTF-8, one character per byte. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf'
/** Maximum size of the line buffer that is kept from one line to the next. */
const KEPT_BYTES = 1024 * 1024
/** Beginning of a data line. After it, the rest of the line can be discarded when data is not kept. */
const DATA_FIELD = Buffer.from('data:')

/** A piece of the stream, or a line of several pieces. */
interface Piece {
  readonly bytes: Buffer
  /** One character per byte: to search in a string is faster than in bytes, and its slices are not copied. */
  readonly text: string
  /** Position in `bytes` of the first character of `text`. */
  readonly offset: number
  /** Whether `text` is also the decoded text; undefined until that matters. */
  isAscii: boolean | undefined
}

/**
 * Parses `text/event-stream` (WHATWG HTML, 9.2.6) from bytes split in any way. An event with an empty data line counts
 * as an event; an event without a data line does not. An incomplete event at the end of the stream is discarded.
 *
 * Call `begin`, then `push` for every piece that arrives.
 */
export class EventStreamParser {
  readonly #onEvent: (event: StreamEvent) => void
  readonly #keepData: boolean
  readonly #limitBytes: number
  readonly #event = { type: 'message', data: '', bytes: 0 }

  /** Buffer for a line that arrives in several pieces. */
  #pieces: Buffer = NOTHING
  #pieced = 0
  #atBeginning = true
  /** The last line ended in CR, so a line feed that follows belongs to it. */
  #afterReturn = false

  #type = ''
  /** The first data line of the event; undefined before it. */
  #data: string | undefined
  /** All data lines of the event, if it has several. Strings would take many times the memory of short lines. */
  readonly #lines = new KeptBytes()
  #bytes = 0
  #idOfNext = ''

  /** Value that a reconnecting client sends as `Last-Event-ID`. */
  lastEventId = ''
  /** Reconnection delay requested by the server, in milliseconds. */
  retryMs: number | undefined
  /** Reason why the parser stopped reading the stream. */
  violation: string | undefined

  constructor(
    onEvent: (event: StreamEvent) => void,
    { keepData = true, limitBytes = LIMIT_BYTES }: EventStreamOptions = {},
  ) {
    this.#onEvent = onEvent
    this.#keepData = keepData
    this.#limitBytes = limitBytes
  }

  /** Starts a new stream. `lastEventId` and `retryMs` keep their values from the previous stream. */
  begin(): void {
    this.#pieced = 0
    this.#atBeginning = true
    this.#afterReturn = false
    this.#type = ''
    this.#data = undefined
    this.#lines.clear()
    this.#bytes = 0
    // As browsers do: an event without an id, or a comment, does not forget where the stream continues.
    this.#idOfNext = this.lastEventId
    this.violation = undefined
  }

  /** Reads bytes from `start` up to `end`. The caller may reuse the buffer afterwards. */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start
    if (this.#afterReturn && at < end) {
      this.#afterReturn = false
      if (bytes[at] === LF) {
        this.#bytes++
        at++
      }
    }
    if (at === end) return
    // A piece of a long line needs no string.
    if (this.#pieced > 0 && !hasLineEnd(bytes, at, end)) {
      this.#bytes += end - at
      this.#keepPiece(bytes, at, end)
      return
    }
    const piece = pieceOf(bytes, at, end)
    const { text, offset } = piece
    const { length } = text
    at = 0
    // Most streams use one kind of line end. `indexOrEnd` searches for the other kind only once per piece.
    let feed = indexOrEnd(text, '\n', at)
    let carriage = indexOrEnd(text, '\r', at)
    while (at < length && this.violation === undefined) {
      if (carriage === length && text.charCodeAt(feed + 1) === LF && this.#isOneDataLine(text, at, feed)) {
        this.#bytes += feed + 2 - at
        const value = at + DATA_FIELD.length
        this.#data = this.#keepData ? textOf(piece, text.charCodeAt(value) === SPACE ? value + 1 : value, feed) : ''
        this.#dispatch()
        at = feed + 2
        if (at === length) return
        feed = indexOrEnd(text, '\n', at)
        continue
      }
      const lineEnd = Math.min(feed, carriage)
      if (lineEnd === length) {
        this.#bytes += length - at
        this.#keepPiece(bytes, offset + at, end)
        return
      }
      let next = lineEnd + 1
      if (lineEnd === carriage) {
        if (next === length) this.#afterReturn = true
        else if (text.charCodeAt(next) === LF) next++
      }
      this.#bytes += next - at
      if (this.#pieced === 0) {
        if (lineEnd === at && !this.#atBeginning) this.#dispatch()
        else this.#line(piece, at, lineEnd)
      } else {
        this.#keepPiece(bytes, offset + at, offset + lineEnd)
        const pieced = this.#pieced
        this.#pieced = 0
        if (this.violation === undefined) this.#line(pieceOf(this.#pieces, 0, pieced), 0, pieced)
        if (this.#pieces.length > KEPT_BYTES) this.#pieces = NOTHING
      }
      at = next
      if (at === length) return
      // The end of an event needs no search.
      if (feed < at) feed = text.charCodeAt(at) === LF ? at : indexOrEnd(text, '\n', at)
      if (carriage < at) carriage = indexOrEnd(text, '\r', at)
    }
  }

  /** Whether a line is the only one of its event so far, and has data. */
  #isOneDataLine(text: string, start: number, end: number): boolean {
    const isFirst = this.#pieced === 0 && this.#data === undefined && !this.#atBeginning
    return isFirst && end - start >= DATA_FIELD.length && isDataField(text, start)
  }

  #keepPiece(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#keepData && beginsWith(this.#pieces, 0, this.#pieced, DATA_FIELD)) return
    const needed = this.#pieced + end - start
    if (needed > this.#limitBytes) {
      this.violation = `a line of the event stream is longer than ${this.#limitBytes} bytes`
      return
    }
    if (needed > this.#pieces.length) {
      // A buffer that is kept need not grow for the next line.
      const roomy = needed <= KEPT_BYTES ? Math.min(2 * needed, KEPT_BYTES) : 2 * needed
      const grown = Buffer.allocUnsafe(Math.min(Math.max(1024, roomy), this.#limitBytes))
      grown.set(this.#pieces.subarray(0, this.#pieced))
      this.#pieces = grown
    }
    this.#pieces.set(bytes.subarray(start, end), this.#pieced)
    this.#pieced = needed
  }

  #line(piece: Piece, start: number, end: number): void {
    const { text } = piece
    let from = start
    if (this.#atBeginning) {
      this.#atBeginning = false
      if (end - from >= 3 && text.startsWith(BYTE_ORDER_MARK, from)) from += 3
    }
    if (from === end) return this.#dispatch()
    // Most lines are data.
    if (end - from >= DATA_FIELD.length && isDataField(text, from)) {
      const value = from + DATA_FIELD.length
      this.#appendData(piece, text.charCodeAt(value) === SPACE && value < end ? value + 1 : value, end)
      return
    }
    this.#otherLine(piece, from, end)
  }

  #otherLine(piece: Piece, start: number, end: number): void {
    const { text } = piece
    // Longer names have no meaning, and need not be searched to their ends.
    const last = Math.min(end, start + LONGEST_FIELD + 1)
    let colon = start
    while (colon < last && text.charCodeAt(colon) !== COLON) colon++
    let value = Math.min(colon + 1, end)
    if (value < end && text.charCodeAt(value) === SPACE) value++
    switch (text.slice(start, colon)) {
      case 'id':
        this.#setId(textOf(piece, value, end))
        return
      case 'data':
        this.#appendData(piece, value, end)
        return
      case 'event':
        this.#type = textOf(piece, value, end)
        return
      case 'retry':
        this.#setRetry(textOf(piece, value, end))
        return
      default:
      // A comment or an unknown field: ignored.
    }
  }

  #appendData(piece: Piece, start: number, end: number): void {
    if (!this.#keepData) this.#data = ''
    else if (this.#data === undefined) this.#data = textOf(piece, start, end)
    else this.#appendLine(this.#data, piece.bytes, piece.offset + start, piece.offset + end)
  }

  #appendLine(first: string, bytes: Uint8Array, start: number, end: number): void {
    const lines = this.#lines
    if (lines.length === 0) {
      const encoded = Buffer.from(first)
      lines.add(encoded, 0, encoded.length)
    }
    // Counts the names of its fields as well: an event of many short lines takes time, not only memory.
    if (this.#bytes > this.#limitBytes) {
      this.violation = `an event is longer than ${this.#limitBytes} bytes`
      lines.clear()
      return
    }
    lines.add(LINE_END, 0, 1)
    lines.add(bytes, start, end)
  }

  #setId(id: string): void {
    if (!id.includes('\0')) this.#idOfNext = id
  }

  #setRetry(written: string): void {
    if (/^\d+$/.test(written)) this.retryMs = Number(written)
  }

  #dispatch(): void {
    const event = this.#event
    if (this.lastEventId !== this.#idOfNext) this.lastEventId = this.#idOfNext
    let data = this.#data
    if (this.#lines.length > 0) {
      data = UTF8.decode(this.#lines.view())
      this.#lines.clear()
    }
    event.type = this.#type === '' ? 'message' : this.#type
    this.#type = ''
    if (data === undefined) return
    this.#data = undefined
    event.data = data
    event.bytes = this.#bytes
    this.#bytes = 0
    this.#onEvent(event)
    event.data = ''
  }
}

function pieceOf(bytes: Uint8Array, start: number, end: number): Piece {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return { bytes: buffer, text: buffer.toString('latin1', start, end), offset: start, isAscii: undefined }
}

function hasLineEnd(bytes: Uint8Array, start: number, end: number): boolean {
  const piece = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
  return piece.includes(LF) || piece.includes(CR)
}

function indexOrEnd(text: string, character: string, start: number): number {
  const index = text.indexOf(character, start)
  return index < 0 ? text.length : index
}

/** Whether `data:` begins at `start`. A comparison of characters is faster than one of strings. */
function isDataField(text: string, start: number): boolean {
  return (
    text.charCodeAt(start) === 100 &&
    text.charCodeAt(start + 1) === 97 &&
    text.charCodeAt(start + 2) === 116 &&
    text.charCodeAt(start + 3) === 97 &&
    text.charCodeAt(start + 4) === COLON
  )
}

function beginsWith(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false
  return true
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Decodes UTF-8; invalid bytes become U+FFFD. */
function textOf(piece: Piece, start: number, end: number): string {
  const { bytes, text, offset } = piece
  piece.isAscii ??= isAscii(text.length === bytes.length ? bytes : bytes.subarray(offset, offset + text.length))
  return piece.isAscii ? text.slice(start, end) : UTF8.decode(bytes.subarray(offset + start, offset + end))
}
