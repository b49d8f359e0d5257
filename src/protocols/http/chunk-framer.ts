import { HEAD_LIMIT, kindOf, MARK, TEXT } from './response-head.ts'

/** Receives a body while it arrives. */
export interface BodyReader {
  /** Called for each piece of the body. The bytes are valid only during the call. */
  data(bytes: Uint8Array): void
  /** Called when a chunk is complete. */
  chunkEnd(): void
}

/**
 * Position of the next byte: in the size of a chunk, in the extension after it, or at the line feed after it; in the
 * data of the chunk, or at the CR or LF after it; at the beginning of a trailer, in its name, in its value, or at its
 * line feed; or at the final line feed.
 */
type Place =
  | 'size'
  | 'extension'
  | 'size-feed'
  | 'data'
  | 'data-return'
  | 'data-feed'
  | 'trailer'
  | 'trailer-name'
  | 'trailer-value'
  | 'trailer-feed'
  | 'last-feed'
  | 'done'
  | 'violation'

const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9
const COLON = 58
const SEMICOLON = 59

/** Finds the end of a chunked body (RFC 9112, 7.1) in bytes that arrive in any pieces. */
export class ChunkFramer {
  #place: Place = 'done'
  #reader: BodyReader | undefined
  /** Bytes of the chunk that have not arrived yet. */
  #left = 0
  #digits = 0
  /** Bytes so far of the chunk-size line, or of all trailers. */
  #lineBytes = 0

  /** Bytes of the body so far, without the chunk framing. */
  bodyBytes = 0
  /** Reason why the bytes are not a chunked body. */
  violation: string | undefined

  begin(reader: BodyReader | undefined): void {
    this.#place = 'size'
    this.#reader = reader
    this.#left = this.#digits = this.#lineBytes = 0
    this.bodyBytes = 0
    this.violation = undefined
  }

  get done(): boolean {
    return this.#place === 'done'
  }

  /** Reads bytes from `start` up to `end`. Returns the offset after the body, or `end` when it is incomplete. */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end && this.#place !== 'done' && this.#place !== 'violation') {
      if (this.#place === 'data') {
        const until = Math.min(end, at + this.#left)
        this.bodyBytes += until - at
        this.#left -= until - at
        this.#reader?.data(bytes.subarray(at, until))
        if (this.#left === 0) {
          this.#place = 'data-return'
          this.#reader?.chunkEnd()
        }
        at = until
      } else {
        this.#place = this.#after(bytes[at] ?? 0, kindOf(bytes, at))
        at++
      }
    }
    return at
  }

  /** Returns the place after one byte of the framing. */
  #after(byte: number, kind: number): Place {
    if (++this.#lineBytes > HEAD_LIMIT) return this.#fail('a chunk-size line or the trailers are too long')
    switch (this.#place) {
      case 'size':
        return this.#afterSize(byte)
      case 'extension':
        if (byte === CR) return 'size-feed'
        // Unknown chunk extensions must be ignored (7.1.1).
        return kind & TEXT ? 'extension' : this.#fail('a chunk-size line contains a control character')
      case 'size-feed':
        if (byte !== LF) return this.#fail('a chunk-size line does not end in CR LF')
        this.#digits = this.#lineBytes = 0
        return this.#left === 0 ? 'trailer' : 'data'
      case 'data-return':
        return byte === CR ? 'data-feed' : this.#fail('a chunk is longer than its size')
      case 'data-feed':
        return byte === LF ? 'size' : this.#fail('a chunk does not end in CR LF')
      case 'trailer':
        if (byte === CR) return 'last-feed'
        return kind & MARK ? 'trailer-name' : this.#fail('a trailer has no name')
      case 'trailer-name':
        if (byte === COLON) return 'trailer-value'
        return kind & MARK ? 'trailer-name' : this.#fail('a trailer has no name')
      case 'trailer-value':
        if (byte === CR) return 'trailer-feed'
        return kind & TEXT ? 'trailer-value' : this.#fail('a trailer contains a control character')
      case 'trailer-feed':
        return byte === LF ? 'trailer' : this.#fail('a trailer does not end in CR LF')
      default:
        return byte === LF ? 'done' : this.#fail('the trailers do not end in CR LF')
    }
  }

  #afterSize(byte: number): Place {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      this.#digits++
      this.#left = this.#left * 16 + digit
      return this.#left > Number.MAX_SAFE_INTEGER ? this.#fail('the size of a chunk is too large') : 'size'
    }
    if (this.#digits === 0) return this.#fail('a chunk does not begin with its size')
    if (byte === CR) return 'size-feed'
    if (byte === SEMICOLON || byte === SPACE || byte === TAB) return 'extension'
    return this.#fail('the size of a chunk is not hexadecimal')
  }

  #fail(violation: string): Place {
    this.violation = violation
    return 'violation'
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
