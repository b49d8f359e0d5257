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
const NOTHING = new Uint8Array(0)
const LINE_END = Buffer.from('\n')
/** Maximum size of the line buffer that is kept from one line to the next. */
const KEPT_BYTES = 1024 * 1024
/** Beginning of a data line. After it, the rest of the line can be discarded when data is not kept. */
const DATA_FIELD = Buffer.from('data:')

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
  #pieces: Uint8Array = NOTHING
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
    this.#idOfNext = ''
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
    const piece = end === bytes.length ? bytes : bytes.subarray(0, end)
    // Most streams use one kind of line end. `indexOrEnd` searches for the other kind only once per piece.
    let feed = indexOrEnd(piece, LF, at)
    let carriage = indexOrEnd(piece, CR, at)
    while (at < end && this.violation === undefined) {
      const lineEnd = Math.min(feed, carriage)
      if (lineEnd === end) {
        this.#bytes += end - at
        this.#keepPiece(bytes, at, end)
        return
      }
      let next = lineEnd + 1
      if (lineEnd === carriage) {
        if (next === end) this.#afterReturn = true
        else if (bytes[next] === LF) next++
      }
      this.#bytes += next - at
      if (this.#pieced === 0) this.#line(bytes, at, lineEnd)
      else {
        this.#keepPiece(bytes, at, lineEnd)
        const length = this.#pieced
        this.#pieced = 0
        if (this.violation === undefined) this.#line(this.#pieces, 0, length)
        if (this.#pieces.length > KEPT_BYTES) this.#pieces = NOTHING
      }
      at = next
      if (feed < at) feed = indexOrEnd(piece, LF, at)
      if (carriage < at) carriage = indexOrEnd(piece, CR, at)
    }
  }

  #keepPiece(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#keepData && beginsWith(this.#pieces, 0, this.#pieced, DATA_FIELD)) return
    const needed = this.#pieced + end - start
    if (needed > this.#limitBytes) {
      this.violation = `a line of the event stream is longer than ${this.#limitBytes} bytes`
      return
    }
    if (needed > this.#pieces.length) {
      const grown = new Uint8Array(Math.min(Math.max(1024, 2 * needed), this.#limitBytes))
      grown.set(this.#pieces.subarray(0, this.#pieced))
      this.#pieces = grown
    }
    this.#pieces.set(bytes.subarray(start, end), this.#pieced)
    this.#pieced = needed
  }

  #line(bytes: Uint8Array, start: number, end: number): void {
    let from = start
    if (this.#atBeginning) {
      this.#atBeginning = false
      if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf && from + 3 <= end) from += 3
    }
    if (from === end) return this.#dispatch()
    let colon = from
    while (colon < end && bytes[colon] !== COLON) colon++
    let value = Math.min(colon + 1, end)
    if (bytes[value] === SPACE && value < end) value++
    switch (colon - from) {
      case 2:
        if (isField(bytes, from, 'id')) this.#setId(textOf(bytes, value, end))
        return
      case 4:
        if (isField(bytes, from, 'data')) this.#appendData(bytes, value, end)
        return
      case 5:
        if (isField(bytes, from, 'event')) this.#type = textOf(bytes, value, end)
        else if (isField(bytes, from, 'retry')) this.#setRetry(textOf(bytes, value, end))
        return
      default:
      // A comment or an unknown field: ignored.
    }
  }

  #appendData(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#keepData) this.#data = ''
    else if (this.#data === undefined) this.#data = textOf(bytes, start, end)
    else this.#appendLine(this.#data, bytes, start, end)
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
    this.lastEventId = this.#idOfNext
    const data = this.#lines.length > 0 ? this.#lines.view().toString('utf8') : this.#data
    const type = this.#type
    this.#data = undefined
    this.#lines.clear()
    this.#type = ''
    if (data === undefined) return
    const event = this.#event
    event.type = type === '' ? 'message' : type
    event.data = data
    event.bytes = this.#bytes
    this.#bytes = 0
    this.#onEvent(event)
    event.data = ''
  }
}

function indexOrEnd(bytes: Uint8Array, byte: number, start: number): number {
  const index = bytes.indexOf(byte, start)
  return index < 0 ? bytes.length : index
}

function beginsWith(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false
  return true
}

/** Whether the field name at `start` equals `name`. The caller has checked that the lengths match. */
function isField(bytes: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false
  return true
}

/** Decodes UTF-8; invalid bytes become U+FFFD. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  return start === end ? '' : Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
