import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { KeptBytes } from '../kept-bytes.ts'
import { frameBytes } from './frame-size.ts'
import { Inflater } from './inflater.ts'
import { Pongs } from './pongs.ts'
import { Utf8Check } from './utf8-check.ts'

/** Maximum bytes of one message from a server: ten times the largest message that a load test is meant to use. */
const MAX_MESSAGE_BYTES = 1024 * 1024 * 1024
/** Maximum payload of a control frame (RFC 6455, 5.5). */
const MAX_CONTROL_BYTES = 125

const CONTINUATION = 0
const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10

/** Close codes for a violation (RFC 6455, 7.4.1). */
const PROTOCOL_ERROR = 1002
const INVALID_PAYLOAD = 1007
const TOO_BIG = 1009

const NOTHING = Buffer.alloc(0)

/** A complete message. Valid only during the call that reports it. */
export interface ArrivedMessage {
  readonly binary: boolean
  /** Bytes of the payload, decompressed. */
  readonly payloadBytes: number
  /** Bytes of its frames; for a compressed message, of one frame with the decompressed payload. */
  readonly bytes: number
  /** The payload, or its first bytes when the message is longer than `maxKeptBytes`. */
  readonly content: Buffer
  /** Whether `content` is the whole payload. */
  readonly whole: boolean
}

export interface MessageReaderEvents {
  /**
   * Returns the maximum bytes to keep of the message that is arriving. Called for each piece, unless it is the only
   * one.
   */
  maxKeptBytes(): number
  /** Maximum length of a message, at most and by default 1 GiB. */
  readonly maxMessageBytes?: number
  onMessage(message: ArrivedMessage): void
  onPong(payload: Buffer): void
  /** Reports bytes that are not a valid frame. The reader has begun to close the WebSocket and reads nothing more. */
  onViolation(message: string, isTooLong: boolean): void
}

/**
 * Reads messages from the socket of an open WebSocket, instead of the receiver of `ws`. That receiver buffers whole
 * messages and one object per fragment, so that a server could fill the memory. This reader counts the bytes of a
 * message, keeps no more of it than its owner examines, and answers pings.
 *
 * `ws` still performs the closing handshake: it gets the close frame, and nothing else.
 */
export class MessageReader implements ArrivedMessage {
  readonly #webSocket: WebSocket
  readonly #socket: Socket
  readonly #events: MessageReaderEvents
  readonly #maxBytes: number
  readonly #passToWebSocket: (frame: Buffer) => void
  readonly #pongs: Pongs
  readonly #inflater: Inflater | undefined
  readonly #utf8 = new Utf8Check()
  #stopped = false

  /** Header of the current frame, and how much of it has arrived; 0 between frames. */
  readonly #header = Buffer.alloc(10)
  #headerBytes = 0
  #inPayload = false
  #opcode = 0
  #final = false
  /** Bytes of the payload that have not arrived yet. */
  #left = 0
  readonly #control = Buffer.alloc(MAX_CONTROL_BYTES)
  #controlBytes = 0

  /** Opcode of the message that is arriving; undefined between messages. */
  #message: typeof TEXT | typeof BINARY | undefined
  #compressed = false
  /** Bytes of its frames, and of its decompressed payload, so far. */
  #wireBytes = 0
  payloadBytes = 0
  readonly #kept = new KeptBytes()
  content: Buffer = NOTHING
  /** Bytes that arrived while a piece is being decompressed. */
  #rest: Buffer | undefined

  constructor(webSocket: WebSocket, socket: Socket, events: MessageReaderEvents) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#events = events
    this.#maxBytes = events.maxMessageBytes ?? MAX_MESSAGE_BYTES
    this.#pongs = new Pongs(webSocket)
    if (webSocket.extensions.includes('permessage-deflate')) {
      this.#inflater = new Inflater({
        onContent: (bytes) => this.#add(bytes, 0, bytes.length),
        onFlushed: () => this.#inflated(),
        onFailure: (message) => this.#violate(INVALID_PAYLOAD, `invalid compressed data: ${message}`),
      })
    }
    const listeners = socket.listeners('data')
    socket.removeAllListeners('data')
    this.#passToWebSocket = (frame) => {
      for (const listener of listeners) listener.call(socket, frame)
    }
    socket.on('data', (bytes: Buffer) => this.#push(bytes))
    // A paused socket may close with bytes in its buffer. `ws` would read them as frames from their middle.
    socket.prependListener('close', () => {
      socket.read()
      this.stop()
    })
  }

  get binary(): boolean {
    return this.#message === BINARY
  }

  get bytes(): number {
    return this.#compressed ? frameBytes(this.payloadBytes) : this.#wireBytes
  }

  get whole(): boolean {
    return this.content.length === this.payloadBytes
  }

  /** Bytes of the message that is arriving. */
  get unfinished(): number {
    return this.#wireBytes + (this.#inPayload ? 0 : this.#headerBytes)
  }

  /** Reads nothing more. */
  stop(): void {
    this.#stopped = true
    this.#rest = undefined
    this.#kept.clear()
    this.#inflater?.stop()
  }

  #push(bytes: Buffer): void {
    if (this.#rest !== undefined) {
      this.#rest = Buffer.concat([this.#rest, bytes])
      return
    }
    let at = 0
    while (at < bytes.length && !this.#stopped) {
      if (this.#rest !== undefined) {
        this.#rest = bytes.subarray(at)
        return
      }
      at = this.#inPayload ? this.#readPayload(bytes, at) : this.#readHeader(bytes, at)
    }
  }

  #readHeader(bytes: Buffer, start: number): number {
    let at = start
    while (at < bytes.length) {
      this.#header[this.#headerBytes++] = bytes[at++] ?? 0
      if (this.#headerBytes > 1 && this.#headerBytes === headerLength(this.#header[1] ?? 0)) {
        this.#begin()
        break
      }
    }
    return at
  }

  /** Begins a frame whose header is complete. */
  #begin(): void {
    const [first = 0, second = 0] = this.#header
    this.#final = (first & 0x80) !== 0
    this.#opcode = first & 0x0f
    const short = second & 0x7f
    if (short < 126) this.#left = short
    else if (short === 126) this.#left = this.#header.readUInt16BE(2)
    else this.#left = this.#header.readUInt32BE(2) * 2 ** 32 + this.#header.readUInt32BE(6)
    const violation = this.#headerViolation(first, second)
    if (violation !== undefined) return this.#violate(PROTOCOL_ERROR, `Invalid WebSocket frame: ${violation}`)
    if (this.#opcode < CLOSE) {
      if (this.#opcode !== CONTINUATION) {
        this.#message = this.#opcode === TEXT ? TEXT : BINARY
        this.#compressed = (first & 0x40) !== 0
      }
      if (this.payloadBytes + this.#left > this.#maxBytes) return this.#tooBig()
      this.#wireBytes += this.#headerBytes
    }
    this.#inPayload = true
    if (this.#left === 0) this.#readPayload(NOTHING, 0)
  }

  #headerViolation(first: number, second: number): string | undefined {
    const opcode = this.#opcode
    if ((first & 0x30) !== 0) return 'RSV2 and RSV3 must be clear'
    if ((first & 0x40) !== 0 && (this.#inflater === undefined || (opcode !== TEXT && opcode !== BINARY))) {
      return 'RSV1 must be clear'
    }
    if ((second & 0x80) !== 0) return 'MASK must be clear'
    if (opcode === CLOSE || opcode === PING || opcode === PONG) {
      if (!this.#final) return 'FIN must be set'
      const invalid = this.#left > MAX_CONTROL_BYTES || (opcode === CLOSE && this.#left === 1)
      return invalid ? `invalid payload length ${this.#left}` : undefined
    }
    const continues = this.#message !== undefined
    const valid = continues ? opcode === CONTINUATION : opcode === TEXT || opcode === BINARY
    return valid ? undefined : `invalid opcode ${opcode}`
  }

  #readPayload(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    if (this.#opcode >= CLOSE) {
      this.#controlBytes += bytes.copy(this.#control, this.#controlBytes, at, end)
      if (this.#left === 0) this.#endControl()
      return end
    }
    this.#wireBytes += end - at
    const ends = this.#left === 0
    if (this.#compressed) this.#inflate(bytes.subarray(at, end), ends)
    else {
      // A message in one piece is not copied.
      const alone = ends && this.#final && this.payloadBytes === 0
      if (alone) this.content = bytes.subarray(at, end)
      this.#add(bytes, at, end, alone)
      if (ends && !this.#stopped) this.#endFrame()
    }
    return end
  }

  #endControl(): void {
    const payload = this.#control.subarray(0, this.#controlBytes)
    const header = this.#header.subarray(0, this.#headerBytes)
    this.#inPayload = false
    this.#headerBytes = this.#controlBytes = 0
    if (this.#opcode === PING) this.#pongs.answer(payload)
    else if (this.#opcode === PONG) this.#events.onPong(payload)
    else {
      this.stop()
      this.#passToWebSocket(Buffer.concat([header, payload]))
    }
  }

  /** Handles a piece of the decompressed payload. `alone`: it is the whole payload, which is not kept. */
  #add(bytes: Buffer, start: number, end: number, alone = false): void {
    if (this.#stopped || start === end) return
    const before = this.payloadBytes
    this.payloadBytes += end - start
    if (this.payloadBytes > this.#maxBytes) return this.#tooBig()
    if (this.#message === TEXT && !this.#utf8.add(bytes, start, end)) return this.#invalidText()
    // Only the beginning is kept, so nothing can follow a part that was not kept.
    if (alone || this.#kept.length < before) return
    const room = this.#events.maxKeptBytes() - before
    if (room > 0) this.#kept.add(bytes, start, Math.min(end, start + room))
  }

  #inflate(piece: Buffer, ends: boolean): void {
    this.#rest = NOTHING
    this.#socket.pause()
    this.#inflater?.write(piece, ends && this.#final)
  }

  /** Continues after a piece was decompressed. */
  #inflated(): void {
    if (this.#stopped) return
    const rest = this.#rest ?? NOTHING
    this.#rest = undefined
    if (this.#left === 0) this.#endFrame()
    this.#push(rest)
    // Reading the rest may have begun to decompress another piece.
    if (this.#isReading()) this.#socket.resume()
  }

  #isReading(): boolean {
    return this.#rest === undefined && !this.#stopped
  }

  #endFrame(): void {
    this.#inPayload = false
    this.#headerBytes = 0
    if (!this.#final) return
    if (this.#message === TEXT && !this.#utf8.end()) return this.#invalidText()
    if (this.#kept.length > 0) this.content = this.#kept.view()
    this.#events.onMessage(this)
    this.#kept.clear()
    this.content = NOTHING
    this.#message = undefined
    this.payloadBytes = this.#wireBytes = 0
  }

  #invalidText(): void {
    this.#violate(INVALID_PAYLOAD, 'Invalid WebSocket frame: invalid UTF-8 sequence')
  }

  #tooBig(): void {
    this.#violate(TOO_BIG, `a message is longer than ${this.#maxBytes} bytes`)
  }

  #violate(code: number, message: string): void {
    if (this.#stopped) return
    this.stop()
    this.#webSocket.close(code)
    this.#events.onViolation(message, code === TOO_BIG)
  }
}

/** Returns the length of the header. `second`: its second byte, which says how many bytes encode the length. */
function headerLength(second: number): number {
  const short = second & 0x7f
  if (short < 126) return 2
  return short === 126 ? 4 : 10
}
