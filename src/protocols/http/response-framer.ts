import { ChunkFramer } from './chunk-framer.ts'
import type { BodyReader } from './chunk-framer.ts'
import { beginsLikeHttp, HEAD_LIMIT, notHttp, readHead } from './response-head.ts'

type State = 'head' | 'sized' | 'chunked' | 'until-close' | 'done' | 'violation'

/** Maximum number of interim responses (1xx) before a response. */
export const MAX_INTERIM: number = 100

const CR = 13
const LF = 10
const NOTHING = new Uint8Array(0)

/** Maximum number of line breaks, in bytes, between two responses. */
const MAX_LINE_BREAKS = 64

/** Receives a response while it arrives. */
export interface ResponseReader extends BodyReader {
  /** Whether `head` and the body are needed. Called for the final response. */
  wants(status: number): boolean
  /** Called with the unparsed head of the final response, one byte per character. */
  head(status: number, head: string): void
}

/**
 * Finds the end of an HTTP/1.x response (RFC 9112, sections 4, 6 and 7) in bytes that arrive in any pieces. The framer
 * has no socket. It copies only a head that arrives in several pieces; it counts body bytes and passes them on. It
 * skips interim responses (1xx), except that 101 is a violation, because requests never ask for an upgrade.
 *
 * Call `begin`, then `push` until `done` or `violation`, and `end` when the stream has ended.
 */
export class ResponseFramer {
  #state: State = 'done'
  #toHead = false
  /** Receiver of every response. */
  readonly #receiver: ResponseReader
  /** Receiver of the body; undefined when it only counts. */
  #reader: ResponseReader | undefined

  /** Buffer for a head that arrives in several pieces. */
  #pieces: Uint8Array = NOTHING
  #pieced = 0
  #interim = 0
  #lineBreaks = 0

  /** Bytes of a body with a length that have not arrived yet. */
  #left = 0
  readonly #chunks = new ChunkFramer()
  #hasBytes = false

  /** Status of the final response; 0 before its head is complete. */
  status = 0
  /** Whether the response allows another exchange on the connection. */
  keepAlive = true
  /** Bytes of the body so far, without the chunk framing. */
  bodyBytes = 0
  /** Reason why the bytes are not an HTTP/1.x response. */
  violation: string | undefined
  /** See `ResponseHead`. */
  keepAliveSeconds: number | undefined

  constructor(receiver: ResponseReader) {
    this.#receiver = receiver
  }

  /** Starts a response. `toHead`: the request was HEAD, so the response has no body, even if its head declares one. */
  begin(toHead: boolean): void {
    this.#state = 'head'
    this.#toHead = toHead
    this.#reader = undefined
    this.#pieced = 0
    this.#interim = 0
    this.#lineBreaks = 0
    this.#hasBytes = false
    this.status = 0
    this.keepAlive = true
    this.bodyBytes = 0
    this.violation = undefined
  }

  get done(): boolean {
    return this.#state === 'done'
  }

  /** Describes how much of the response has arrived. The text follows "the connection was closed". */
  get progress(): string {
    switch (this.#state) {
      case 'head':
        return this.#hasBytes ? 'inside the head of the response' : 'before any response'
      case 'sized':
        return `after ${this.bodyBytes} of ${this.bodyBytes + this.#left} bytes of the body`
      case 'done':
        return 'after the response'
      default:
        return `inside the body, after ${this.bodyBytes} bytes`
    }
  }

  /** Reads bytes from `start` up to `end`. Returns the offset after the response, or `end` when it is incomplete. */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = this.#hasBytes ? start : this.skipLineBreaks(bytes, start, end)
    if (at < end) this.#hasBytes = true
    while (at < end) {
      switch (this.#state) {
        case 'head':
          at = this.#readHead(bytes, at, end)
          break
        case 'sized':
          at = this.#passSized(bytes, at, end)
          break
        case 'chunked':
          at = this.#passChunks(bytes, at, end)
          break
        case 'until-close':
          this.#pass(bytes, at, end)
          return end
        default:
          return at
      }
    }
    return at
  }

  /**
   * Skips empty lines, which some servers send after a body; other clients ignore them, too. Returns the offset of the
   * first byte that is not part of one, or of the first line break beyond `MAX_LINE_BREAKS`, which is a violation.
   */
  skipLineBreaks(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end && (bytes[at] === CR || bytes[at] === LF) && this.#lineBreaks < MAX_LINE_BREAKS) {
      this.#lineBreaks++
      at++
    }
    return at
  }

  /** Handles the end of the stream, which ends a body without a length or chunks. */
  end(): void {
    if (this.#state === 'until-close') this.#state = 'done'
  }

  #fail(violation: string): void {
    this.#state = 'violation'
    this.violation = violation
  }

  #readHead(bytes: Uint8Array, start: number, end: number): number {
    if (this.#pieced === 0) {
      const headEnd = endOfHead(bytes, start, end)
      if (headEnd > 0) {
        this.#applyHead(bytes, start, headEnd)
        return headEnd
      }
    }
    const before = this.#pieced
    this.#keepPiece(bytes, start, end)
    const headEnd = endOfHead(this.#pieces, Math.max(0, before - 3), this.#pieced)
    if (headEnd > 0) {
      this.#pieced = 0
      this.#applyHead(this.#pieces, 0, headEnd)
      return start + headEnd - before
    }
    if (this.#pieced > HEAD_LIMIT) this.#fail(`the head of the response is longer than ${HEAD_LIMIT} bytes`)
    // Rejects bytes that can never become a head immediately. Otherwise a server that sends them would seem slow.
    else if (!beginsLikeHttp(this.#pieces, 0, this.#pieced)) this.#fail(notHttp(this.#pieces, 0, this.#pieced))
    else if (hasBareLineFeed(this.#pieces, before, this.#pieced)) this.#fail('a line of the head does not end in CR LF')
    return end
  }

  #keepPiece(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#pieced + end - start
    if (needed > this.#pieces.length) {
      const grown = new Uint8Array(Math.max(1024, 2 * needed))
      grown.set(this.#pieces.subarray(0, this.#pieced))
      this.#pieces = grown
    }
    this.#pieces.set(bytes.subarray(start, end), this.#pieced)
    this.#pieced = needed
  }

  #applyHead(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > HEAD_LIMIT) return this.#fail(`the head of the response is longer than ${HEAD_LIMIT} bytes`)
    const head = readHead(bytes, start, end)
    if (typeof head === 'string') return this.#fail(head)
    if (head.status === 101) return this.#fail('unexpected 101 Switching Protocols')
    // Skips an interim response; the state stays at the next head.
    if (head.status < 200) {
      if (++this.#interim > MAX_INTERIM) this.#fail(`the server sent more than ${MAX_INTERIM} interim responses`)
      return
    }
    this.status = head.status
    this.keepAlive = head.keepAlive
    this.keepAliveSeconds = head.keepAliveSeconds
    if (this.#receiver.wants(head.status)) this.#reader = this.#receiver
    if (this.#toHead || head.status === 204 || head.status === 304) {
      this.#state = 'done'
    } else if (head.chunked) {
      this.#chunks.begin(this.#reader)
      this.#state = 'chunked'
    } else if (head.contentLength >= 0) {
      this.#left = head.contentLength
      this.#state = this.#left === 0 ? 'done' : 'sized'
    } else {
      this.keepAlive = false
      this.#state = 'until-close'
    }
    this.#reader?.head(head.status, Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'))
  }

  #pass(bytes: Uint8Array, start: number, end: number): void {
    this.bodyBytes += end - start
    this.#reader?.data(bytes.subarray(start, end))
  }

  #passSized(bytes: Uint8Array, start: number, end: number): number {
    const until = Math.min(end, start + this.#left)
    this.#pass(bytes, start, until)
    this.#left -= until - start
    if (this.#left === 0) this.#state = 'done'
    return until
  }

  #passChunks(bytes: Uint8Array, start: number, end: number): number {
    const chunks = this.#chunks
    const until = chunks.push(bytes, start, end)
    this.bodyBytes = chunks.bodyBytes
    if (chunks.violation !== undefined) this.#fail(chunks.violation)
    else if (chunks.done) this.#state = 'done'
    return until
  }
}

/** Returns the offset after the first empty line, or 0 when there is none yet. */
function endOfHead(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 3; at < end; at++) {
    if (bytes[at] === LF && bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1
  }
  return 0
}

function hasBareLineFeed(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = bytes.indexOf(LF, start); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) return true
  }
  return false
}
