import type { WebSocket } from 'ws'
import { isGenerated, lengthOf } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import { BodyPump } from '../sockets/body-pump.ts'
import type { Flushed } from '../sockets/body-pump.ts'
import { maskedFrameBytes } from './frame-size.ts'
import type { Message } from './request-encoding.ts'

/** An outgoing message and its position in the bytes of the connection. */
export interface Parcel {
  /** `waiting` for the message before it, `leaving` chunk by chunk, or `sent`: all of its bytes were handed to `ws`. */
  progress: 'waiting' | 'leaving' | 'sent'
  from: number
  to: number
  /** Called when the last byte was handed to the kernel, or when the write failed. */
  readonly onFlushed: Flushed | undefined
}

interface Waiting {
  readonly parcel: Parcel
  readonly message: Message
}

/**
 * Sends messages one after the other, because fragments of different messages must not interleave (RFC 6455, 5.4). It
 * sends a generated message as fragments, one per chunk.
 */
export class Outbox {
  readonly #webSocket: WebSocket
  readonly #pump: BodyPump
  #waiting: Waiting[] = []
  /** Bytes of the frames handed to `ws` so far. */
  #written = 0

  #leaving: Parcel | undefined
  #binary = false

  /** `onFailure` is called when generating a message fails or its length is wrong. The connection is then unusable. */
  constructor(webSocket: WebSocket, onFailure: (message: string) => void) {
    this.#webSocket = webSocket
    this.#pump = new BodyPump(
      (chunk, flushed, last) => this.#sendPart(chunk, flushed, last),
      (reason) => onFailure(`the message could not be sent: ${reason}`),
    )
  }

  post(parcel: Parcel, message: Message): void {
    if (this.#leaving === undefined) this.#send(parcel, message)
    else this.#waiting.push({ parcel, message })
  }

  /** Sends a ping immediately: it may go between the fragments of a message. */
  ping(parcel: Parcel, payload: string): void {
    this.#begin(parcel)
    this.#count(parcel, payload.length)
    parcel.progress = 'sent'
    this.#webSocket.ping(payload)
  }

  /** Removes a message that is still waiting. */
  withdraw(parcel: Parcel): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.parcel !== parcel)
  }

  /** Returns the bytes of this message that were handed to the kernel. */
  bytesOf({ from, to }: Parcel): number {
    const left = this.#written - this.#webSocket.bufferedAmount
    return Math.max(0, Math.min(left, to) - from)
  }

  stop(): void {
    this.#pump.stop()
    this.#leaving = undefined
    this.#waiting = []
  }

  #send(parcel: Parcel, { content, binary }: Message): void {
    this.#begin(parcel)
    if (typeof content !== 'object' || !isGenerated(content)) return this.#sendWhole(parcel, content, binary)
    if (content.length > 0) this.#sendInParts(parcel, content, binary)
    else this.#sendWhole(parcel, '', binary)
  }

  #begin(parcel: Parcel): void {
    parcel.from = this.#written
    parcel.to = this.#written
  }

  #count(parcel: Parcel, payload: number): void {
    this.#written += maskedFrameBytes(payload)
    parcel.to = this.#written
  }

  #sendWhole(parcel: Parcel, content: string | Uint8Array, binary: boolean): void {
    this.#count(parcel, lengthOf(content))
    parcel.progress = 'sent'
    this.#webSocket.send(content, { binary }, parcel.onFlushed)
  }

  #sendInParts(parcel: Parcel, body: GeneratedBody, binary: boolean): void {
    parcel.progress = 'leaving'
    this.#leaving = parcel
    this.#binary = binary
    this.#pump.begin(body, this.#flushed)
  }

  #sendPart(chunk: Uint8Array, flushed: Flushed, last: boolean): void {
    const parcel = this.#leaving
    if (parcel === undefined) return
    this.#count(parcel, chunk.length)
    if (last) parcel.progress = 'sent'
    this.#webSocket.send(chunk, { binary: this.#binary, fin: last }, flushed)
  }

  readonly #flushed = (): void => {
    const parcel = this.#leaving
    if (parcel === undefined) return
    this.#leaving = undefined
    while (this.#leaving === undefined) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#send(next.parcel, next.message)
    }
    parcel.onFlushed?.()
  }
}
