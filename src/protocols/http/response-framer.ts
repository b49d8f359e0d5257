import { ChunkFramer } from './chunk-framer.ts'
import type { BodyReader } from './chunk-framer.ts'
import { beginsLikeHttp, HEAD_LIMIT, notHttp, readHead } from './response-head.ts'

type State = 'head' | 'sized' | 'chunked' | 'until-close' | 'done' | 'fault'

const CR = 13
const LF = 10
const NOTHING = new Uint8Array(0)

/** Looks at a response while it passes. */
export interface ResponseReader extends BodyReader {
  /** The head of the final response as it came, one byte a character. */
  head(status: number, head: string): void
}

/**
 * Finds where an HTTP/1.x response ends (RFC 9112, sections 4, 6 and 7) in bytes that come in any pieces. It holds no
 * socket and copies nothing but a head that comes in several pieces; bodies are counted and pass by. Interim responses
 * (1xx) are skipped; 101 is a fault, since nobody asked to switch.
 *
 * `begin`, then `push` until `done` or `fault`; `end` when the stream has ended.
 */
export class ResponseFramer {
  #state: State = 'done'
  #toHead = false
  #reader: ResponseReader | undefined

  /** The head so far, when it did not come in one piece. */
  #pieces: Uint8Array = NOTHING
  #pieced = 0

  /** Bytes of a body with a length that are still to come. */
  #left = 0
  readonly #chunks = new ChunkFramer()
  #heard = false

  /** Of the final response; 0 before its head is complete. */
  status = 0
  /** Whether the connection may carry another exchange, as far as the response decides it. */
  keepAlive = true
  /** Bytes of the body so far, without the framing of chunks. */
  bodyBytes = 0
  /** Why these bytes are not an HTTP/1.x response. */
  fault: string | undefined

  /** Starts a response. `toHead`: it answers a HEAD request, so no body follows whatever its head says. */
  begin(toHead: boolean, reader: ResponseReader | undefined): void {
    this.#state = 'head'
    this.#toHead = toHead
    this.#reader = reader
    this.#pieced = 0
    this.#heard = false
    this.status = 0
    this.keepAlive = true
    this.bodyBytes = 0
    this.fault = undefined
  }

  get done(): boolean {
    return this.#state === 'done'
  }

  /** How far the response has come, worded to stand after "the connection was closed". */
  get progress(): string {
    switch (this.#state) {
      case 'head':
        return this.#heard ? 'inside the head of the response' : 'before any response'
      case 'sized':
        return `after ${this.bodyBytes} of ${this.bodyBytes + this.#left} bytes of the body`
      case 'done':
        return 'after the response'
      default:
        return `inside the body, after ${this.bodyBytes} bytes of it`
    }
  }

  /** Takes bytes from `start` up to `end`; returns where the response ended, or `end` when more must come. */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    if (at < end) this.#heard = true
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

  /** The stream has ended, which is the end of a body that has no other. */
  end(): void {
    if (this.#state === 'until-close') this.#state = 'done'
  }

  #fail(fault: string): void {
    this.#state = 'fault'
    this.fault = fault
  }

  #readHead(bytes: Uint8Array, start: number, end: number): number {
    if (this.#pieced === 0) {
      const headEnd = endOfHead(bytes, start, end)
      if (headEnd > 0) {
        this.#takeHead(bytes, start, headEnd)
        return headEnd
      }
    }
    const before = this.#pieced
    this.#keepPiece(bytes, start, end)
    const headEnd = endOfHead(this.#pieces, Math.max(0, before - 3), this.#pieced)
    if (headEnd > 0) {
      this.#pieced = 0
      this.#takeHead(this.#pieces, 0, headEnd)
      return start + headEnd - before
    }
    if (this.#pieced > HEAD_LIMIT) this.#fail(`the head of the response is longer than ${HEAD_LIMIT} bytes`)
    // What can never become a head is refused at once: else a server that sent it and waits would seem slow.
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

  #takeHead(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > HEAD_LIMIT) return this.#fail(`the head of the response is longer than ${HEAD_LIMIT} bytes`)
    const head = readHead(bytes, start, end)
    if (typeof head === 'string') return this.#fail(head)
    if (head.status === 101) return this.#fail('101 Switching Protocols, which nobody asked for')
    // Interim: the state stays, and the next head is the one that counts.
    if (head.status < 200) return
    this.status = head.status
    this.keepAlive = head.keepAlive
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
    if (chunks.fault !== undefined) this.#fail(chunks.fault)
    else if (chunks.done) this.#state = 'done'
    return until
  }
}

/** The offset after the first empty line, or 0 when there is none yet. */
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
