/** A text much longer than this cannot be made. */
const LIMIT_BYTES = 256 * 1024 * 1024

/** One event. The object is used again for the next one. */
export interface StreamEvent {
  /** `message` where the stream names none. */
  readonly type: string
  /** Its lines of data, joined by a line feed; empty where data are not kept. */
  readonly data: string
  /** On the wire, with what stood between this event and the one before it. */
  readonly bytes: number
}

export interface EventStreamOptions {
  /** False: events are found and counted, but what they say is not kept, however long it is. Default true. */
  readonly keepData?: boolean
  /** Most bytes of one event that are kept; a longer one is a fault. Default 256 MiB. */
  readonly limitBytes?: number
}

const CR = 13
const LF = 10
const SPACE = 32
const COLON = 58
const NOTHING = new Uint8Array(0)
/** Room for lines in pieces that is kept from one line to the next. */
const KEPT_BYTES = 1024 * 1024
/** A line that has shown this much begins with its field's name, `data:` being what it may be cut off after. */
const DATA_FIELD = Buffer.from('data:')

/**
 * Reads `text/event-stream` (WHATWG HTML, 9.2.6) from bytes that come in any pieces. An event whose data is empty is an
 * event; one without a line of data is not. What is left when the stream ends is no event.
 *
 * `begin`, then `push` what comes.
 */
export class EventStreamParser {
  readonly #onEvent: (event: StreamEvent) => void
  readonly #keepData: boolean
  readonly #limitBytes: number
  readonly #event = { type: 'message', data: '', bytes: 0 }

  /** The line so far, when it did not come in one piece. */
  #pieces: Uint8Array = NOTHING
  #pieced = 0
  #atBeginning = true
  /** The last line ended in CR; a line feed right after it belongs to it. */
  #afterReturn = false

  #type = ''
  /** Undefined until a line of data has come. */
  #data: string | undefined
  #bytes = 0
  #idOfNext = ''

  /** What a client that comes back sends as `Last-Event-ID`. */
  lastEventId = ''
  /** What the server wants a client to wait before it comes back, in milliseconds. */
  retryMs: number | undefined
  /** Why the stream cannot be read any further. */
  fault: string | undefined

  constructor(
    onEvent: (event: StreamEvent) => void,
    { keepData = true, limitBytes = LIMIT_BYTES }: EventStreamOptions = {},
  ) {
    this.#onEvent = onEvent
    this.#keepData = keepData
    this.#limitBytes = limitBytes
  }

  /** Starts a stream; ids and the time to wait outlive the one before. */
  begin(): void {
    this.#pieced = 0
    this.#atBeginning = true
    this.#afterReturn = false
    this.#type = ''
    this.#data = undefined
    this.#bytes = 0
    this.#idOfNext = ''
    this.fault = undefined
  }

  /** Takes bytes from `start` up to `end`. They are no longer needed when it returns. */
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
    // Streams know one kind of line end, mostly: what is not there is looked for once.
    let feed = indexOrEnd(piece, LF, at)
    let carriage = indexOrEnd(piece, CR, at)
    while (at < end && this.fault === undefined) {
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
        if (this.fault === undefined) this.#line(this.#pieces, 0, length)
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
      this.fault = `a line of the event stream is longer than ${this.#limitBytes} bytes`
      return
    }
    if (needed > this.#pieces.length) {
      const grown = new Uint8Array(Math.max(1024, 2 * needed))
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
        if (isField(bytes, from, 'id')) this.#takeId(textOf(bytes, value, end))
        return
      case 4:
        if (isField(bytes, from, 'data')) this.#takeData(bytes, value, end)
        return
      case 5:
        if (isField(bytes, from, 'event')) this.#type = textOf(bytes, value, end)
        else if (isField(bytes, from, 'retry')) this.#takeRetry(textOf(bytes, value, end))
        return
      default:
      // A comment, or a field that means nothing.
    }
  }

  #takeData(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#keepData) this.#data = ''
    else if (this.#data === undefined) this.#data = textOf(bytes, start, end)
    else if (this.#data.length + end - start > this.#limitBytes) {
      this.fault = `an event is longer than ${this.#limitBytes} bytes`
    } else this.#data += `\n${textOf(bytes, start, end)}`
  }

  #takeId(id: string): void {
    if (!id.includes('\0')) this.#idOfNext = id
  }

  #takeRetry(written: string): void {
    if (/^\d+$/.test(written)) this.retryMs = Number(written)
  }

  #dispatch(): void {
    this.lastEventId = this.#idOfNext
    const data = this.#data
    const type = this.#type
    this.#data = undefined
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

/** Whether the field's name, which has as many bytes as `name`, is that. */
function isField(bytes: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false
  return true
}

/** UTF-8, with U+FFFD for what is none. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  return start === end ? '' : Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
