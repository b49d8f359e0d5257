import type { WebSocket } from 'ws'
import { isGenerated, lengthOf } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import { maskedFrameBytes } from './frame-size.ts'
import type { Message } from './request-encoding.ts'

/** Bytes that are written before others have their turn: a peer that takes everything at once must not stop the rest. */
const TURN_BYTES = 512 * 1024

const NOTHING = new Uint8Array(0)

/** A message on its way out, and where it stands in all that has been sent. */
export interface Parcel {
  /** `waiting` for the message before it, `leaving` chunk by chunk, or `sent`: every byte of it is on its way. */
  progress: 'waiting' | 'leaving' | 'sent'
  from: number
  to: number
  /** The last byte has left for the kernel, or has failed to. */
  readonly onFlushed: ((failed?: Error | null) => void) | undefined
}

interface Waiting {
  readonly parcel: Parcel
  readonly message: Message
}

/**
 * Sends messages one after the other, since the fragments of one may not mix with another's (RFC 6455, 5.4). A message that
 * is made while it is sent goes out as fragments, each made once the one before it has left for the kernel: chunks may
 * share their bytes, and no more than one of them is ever held.
 */
export class Outbox {
  readonly #webSocket: WebSocket
  readonly #onFault: (message: string) => void
  #waiting: Waiting[] = []
  /** Bytes of frames that were handed over so far. */
  #written = 0
  #writtenInTurn = 0

  #leaving: Parcel | undefined
  #chunks: Iterator<Uint8Array> | undefined
  #unmade = 0
  #binary = false

  /** `onFault` is called when a message cannot be made, or is not as long as it says. The connection is then spoilt. */
  constructor(webSocket: WebSocket, onFault: (message: string) => void) {
    this.#webSocket = webSocket
    this.#onFault = onFault
  }

  post(parcel: Parcel, message: Message): void {
    if (this.#leaving === undefined) this.#send(parcel, message)
    else this.#waiting.push({ parcel, message })
  }

  /** A ping may go between the fragments of a message. */
  ping(parcel: Parcel, payload: string): void {
    this.#begin(parcel)
    this.#count(parcel, payload.length)
    parcel.progress = 'sent'
    this.#webSocket.ping(payload)
  }

  /** Takes back what has not begun to leave. */
  withdraw(parcel: Parcel): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.parcel !== parcel)
  }

  /** Bytes of this message that have left for the kernel. */
  bytesOf({ from, to }: Parcel): number {
    const left = this.#written - this.#webSocket.bufferedAmount
    return Math.max(0, Math.min(left, to) - from)
  }

  stop(): void {
    this.#leaving = undefined
    this.#waiting = []
  }

  #send(parcel: Parcel, { content, binary }: Message): void {
    this.#begin(parcel)
    if (typeof content === 'object' && isGenerated(content)) return this.#sendInParts(parcel, content, binary)
    this.#count(parcel, lengthOf(content))
    parcel.progress = 'sent'
    this.#webSocket.send(content, { binary }, parcel.onFlushed)
  }

  #begin(parcel: Parcel): void {
    parcel.from = this.#written
    parcel.to = this.#written
  }

  #count(parcel: Parcel, payload: number): void {
    this.#written += maskedFrameBytes(payload)
    parcel.to = this.#written
  }

  #sendInParts(parcel: Parcel, body: GeneratedBody, binary: boolean): void {
    parcel.progress = 'leaving'
    this.#leaving = parcel
    this.#unmade = body.length
    this.#binary = binary
    try {
      this.#chunks = body.chunks()[Symbol.iterator]()
    } catch (error) {
      return this.#fail(error)
    }
    this.#sendNext()
  }

  readonly #sendNext = (): void => {
    const parcel = this.#leaving
    if (parcel === undefined) return
    let chunk: Uint8Array = NOTHING
    try {
      if (this.#unmade > 0) chunk = this.#make()
    } catch (error) {
      return this.#fail(error)
    }
    this.#unmade -= chunk.length
    this.#writtenInTurn += chunk.length
    const last = this.#unmade === 0
    this.#count(parcel, chunk.length)
    if (last) parcel.progress = 'sent'
    this.#webSocket.send(chunk, { binary: this.#binary, fin: last }, last ? this.#flushed : this.#left)
  }

  #make(): Uint8Array {
    const next = this.#chunks?.next()
    if (next === undefined || next.done === true) throw new Error(`it ended ${this.#unmade} bytes early`)
    if (next.value.length > this.#unmade) throw new Error('it is longer than its length')
    return next.value
  }

  /** When a write has failed, the socket says why, and its owner stops the outbox. */
  readonly #left = (failed?: Error | null): void => {
    if (failed !== undefined && failed !== null) return
    if (this.#writtenInTurn < TURN_BYTES) return this.#sendNext()
    this.#writtenInTurn = 0
    setImmediate(this.#sendNext)
  }

  readonly #flushed = (failed?: Error | null): void => {
    const parcel = this.#leaving
    if (parcel === undefined || (failed !== undefined && failed !== null)) return
    this.#leaving = undefined
    this.#chunks = undefined
    while (this.#leaving === undefined) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#send(next.parcel, next.message)
    }
    parcel.onFlushed?.()
  }

  #fail(error: unknown): void {
    this.stop()
    const message = `the message could not be sent: ${error instanceof Error ? error.message : String(error)}`
    // A moment later: whoever posts does not hold yet what cancels.
    queueMicrotask(() => this.#onFault(message))
  }
}
