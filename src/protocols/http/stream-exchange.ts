import http2 from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import { isGenerated } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { Cancel, ExchangeEvents, Transferred } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { BodyPump, sendFailure } from '../sockets/body-pump.ts'
import { AnswerTap } from './answer-tap.ts'
import { joinHeaders, pairsOf } from './header-map.ts'
import type { EncodedRequest } from './request-encoding.ts'
import { MAX_INTERIM } from './response-framer.ts'

const { NGHTTP2_NO_ERROR, NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = http2.constants

const CHUNK_BYTES = 64 * 1024

/** Maximum number of headers of a response. A short block of indexed fields can be a long head. */
export const HEADER_LIMIT = 128

/** Error codes for frames or headers that break the protocol (RFC 9113, 7). */
const VIOLATIONS: ReadonlySet<number> = new Set([
  http2.constants.NGHTTP2_PROTOCOL_ERROR,
  http2.constants.NGHTTP2_FLOW_CONTROL_ERROR,
  http2.constants.NGHTTP2_FRAME_SIZE_ERROR,
  http2.constants.NGHTTP2_COMPRESSION_ERROR,
])

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(http2.constants).flatMap(([name, code]) => {
    const [, short] =
      /^NGHTTP2_((?!ERR_|FLAG_|NV_|SESSION_|STREAM_STATE_|SETTINGS_(?!TIMEOUT)|DEFAULT_).+)$/.exec(name) ?? []
    return short === undefined || typeof code !== 'number' ? [] : [[code, short] as const]
  }),
)

/** Returns the name of an HTTP/2 error code, such as `ENHANCE_YOUR_CALM`. */
export function nameOfCode(code: number): string {
  return NAMES.get(code) ?? `code ${code}`
}

/** The connection, as an exchange on one of its streams sees it. */
interface StreamOwner {
  /** Whether the server has declared that it did not process the stream. `undefined`: the stream was never opened. */
  isUnprocessed(streamId: number | undefined): boolean
  /** Returns why the connection was lost, if it was. */
  lostReason(): string | undefined
  /** Called when the exchange has ended, before its `onDone`. */
  onOver(failed: Error | undefined): void
}

/** One request and its response on an HTTP/2 stream. */
export class StreamExchange {
  readonly #request: EncodedRequest
  readonly #bytes: number
  readonly #events: ExchangeEvents
  readonly #owner: StreamOwner
  #tap: AnswerTap | undefined
  #stream: ClientHttp2Stream | undefined
  /** Sends a generated body. */
  #pump: BodyPump | undefined
  #status = 0
  #interim = 0
  /** Size of the heads received, in their HTTP/1.1 form. */
  #headBytes = 0
  #bodyBytes = 0
  /** The header `content-length` of a response that has a body. */
  #bodyLength: string | undefined
  /** Whether the server ended the stream itself, by END_STREAM; undefined while its body has not ended. */
  #isWhole: boolean | undefined
  #over = false
  #error: NodeJS.ErrnoException | undefined

  constructor(request: EncodedRequest, bytes: number, events: ExchangeEvents, owner: StreamOwner) {
    this.#request = request
    this.#bytes = bytes
    this.#events = events
    this.#owner = owner
    this.#tap = request.tapped ? new AnswerTap(request, events, true) : undefined
  }

  begin(session: ClientHttp2Session, head: Readonly<Record<string, string>>): void {
    const { body, contentLength = 0 } = this.#request
    let stream: ClientHttp2Stream
    try {
      stream = session.request(head, { endStream: contentLength === 0 })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      // Deferred, because the caller does not have its `Cancel` function yet.
      realTime.queueMicrotask(() => this.#fail('connection', message, true))
      return
    }
    this.#stream = stream
    stream.on('headers', (headers) => this.#skipInterim(headers))
    stream.on('response', (headers) => this.#begins(headers))
    this.#watchEnd(stream)
    stream.on('end', () => {
      // A stream that the server has reset also ends. Its `close` event then follows.
      if ((stream.rstCode ?? NGHTTP2_NO_ERROR) !== NGHTTP2_NO_ERROR || this.#isWhole === false) return
      if (this.#status > 0) this.#complete()
    })
    stream.on('error', (error) => (this.#error = error))
    stream.on('close', () => this.#closed(stream))
    if (contentLength === 0) return
    if (typeof body === 'string') stream.end(body)
    else this.#pumpOn(stream).begin(isGenerated(body) ? body : inChunks(body), () => stream.end())
  }

  /** Ends the exchange without a response. */
  fail(errorClass: ErrorClass, message: string): void {
    this.#fail(errorClass, message, false)
  }

  readonly cancel: Cancel = () => {
    const transferred = this.#transferred()
    this.#settle(undefined)
    return transferred
  }

  #transferred(): Transferred {
    const stream = this.#stream
    const unsent = stream === undefined ? this.#bytes : stream.writableLength + (this.#pump?.unmade ?? 0)
    return { bytesSent: Math.max(0, this.#bytes - unsent), bytesReceived: this.#headBytes + this.#bodyBytes }
  }

  /**
   * Finds out whether END_STREAM ended the body. Node ends the body of a stream that the server reset with NO_ERROR in
   * the same way, and gives neither flags nor a state that differ: only the order does. It ends the body before it
   * closes the stream after END_STREAM, and afterwards when the stream was reset.
   */
  #watchEnd(stream: ClientHttp2Stream): void {
    const { push } = stream
    stream.push = (chunk, encoding) => {
      if (chunk === null) this.#isWhole ??= !stream.closed
      return push.call(stream, chunk, encoding)
    }
  }

  #pumpOn(stream: ClientHttp2Stream): BodyPump {
    return (this.#pump = new BodyPump(
      (chunk, flushed) => stream.write(chunk, flushed),
      (reason) => this.fail('connection', sendFailure(reason)),
    ))
  }

  #skipInterim(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    this.#headBytes += headBytes(headers)
    if (++this.#interim > MAX_INTERIM)
      this.fail('protocol', `the server sent more than ${MAX_INTERIM} interim responses`)
  }

  #begins(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    if (this.#over) return
    this.#status = headers[':status'] ?? 0
    this.#headBytes += headBytes(headers)
    if (this.#request.method !== 'HEAD') this.#bodyLength = headers['content-length']
    // The report shows what an error response says.
    if (!this.#request.rule.accepts(this.#status)) this.#tap ??= new AnswerTap(this.#request, this.#events, true)
    this.#tap?.head(this.#status, joinHeaders(pairsOf(headers)))
    // Not earlier: data could be emitted before the head.
    this.#stream?.on('data', (chunk: Buffer) => this.#receive(chunk))
  }

  #receive(chunk: Buffer): void {
    if (this.#over) return
    this.#bodyBytes += chunk.length
    if (this.#tap === undefined) return
    this.#tap.data(chunk)
    // The tap itself may cancel.
    if (!this.#over) this.#tap.chunkEnd()
  }

  #complete(): void {
    if (this.#over) return
    const { bytesSent, bytesReceived } = this.#transferred()
    this.#settle(undefined)
    this.#events.onDone(this.#request.rule.outcome(this.#status, bytesSent, bytesReceived, this.#tap))
  }

  #closed(stream: ClientHttp2Stream): void {
    if (this.#over) return
    const code = stream.rstCode ?? NGHTTP2_NO_ERROR
    if (code === NGHTTP2_REFUSED_STREAM || this.#owner.isUnprocessed(stream.id)) {
      return this.#fail('connection', 'the server did not process the request', true)
    }
    const lost = this.#owner.lostReason()
    if (this.#error?.code === 'ERR_HTTP2_ERROR') this.fail('protocol', this.#error.message)
    else if (lost !== undefined) this.fail('connection', `the connection was lost: ${lost}`)
    else if (code !== NGHTTP2_NO_ERROR) {
      this.fail(VIOLATIONS.has(code) ? 'protocol' : 'connection', `the stream was reset: ${reasonOfReset(code)}`)
    } else this.fail('connection', this.#status > 0 ? this.#cutOffText() : 'the stream ended before its response')
  }

  #cutOffText(): string {
    const length = this.#bodyLength === undefined ? '' : ` of ${this.#bodyLength}`
    return `the stream was reset: NO_ERROR, after ${this.#bodyBytes}${length} bytes of the body`
  }

  #fail(errorClass: ErrorClass, message: string, unprocessed: boolean): void {
    if (this.#over) return
    const transferred = this.#transferred()
    this.#settle(new Error(message))
    this.#events.onDone({ ok: false, ...transferred, errorClass, message, ...(unprocessed ? { unprocessed } : {}) })
  }

  #settle(failed: Error | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#pump?.stop()
    const stream = this.#stream
    // Also discards the rest of a body whose response came early. If both sides have ended, no frame is sent.
    if (stream !== undefined && !stream.closed) stream.close(NGHTTP2_CANCEL)
    this.#owner.onOver(failed)
  }
}

/**
 * Returns bytes as a body that is written in chunks. Node counts written bytes as memory of the session, which resets
 * its streams when it exceeds its limit.
 */
function inChunks(bytes: Uint8Array): GeneratedBody {
  return {
    length: bytes.length,
    *chunks() {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES)
    },
  }
}

/** Node resets a stream with the code of an overloaded server when the head of the response is too long. */
function reasonOfReset(code: number): string {
  const name = nameOfCode(code)
  if (code !== http2.constants.NGHTTP2_ENHANCE_YOUR_CALM) return name
  return `${name}, by the server, or because the head has more than ${HEADER_LIMIT} headers`
}

/** Size of a head in its HTTP/1.1 form. */
function headBytes(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): number {
  let bytes = `HTTP/1.1 ${headers[':status'] ?? ''} \r\n\r\n`.length
  for (const [name, value] of pairsOf(headers)) bytes += name.length + value.length + 4
  return bytes
}
