import type { WebSocket } from 'ws'
import { isGenerated, lengthOf } from '../../model/body.ts'
import type { GeneratedBody } from '../../model/body.ts'
import { BodyPump } from '../sockets/body-pump.ts'
import type { Flushed } from '../sockets/body-pump.ts'
import { maskedFrameBytes } from './frame-size.ts'
import type { Message } from './request-encoding.ts'

/** A message on its way out, and where it stands in all that has been sent. */
export interface Parcel {
  /** `waiting` for the message before it, `leaving` chunk by chunk, or `sent`: every byte of it is on its way. */
  progress: 'waiting' | 'leaving' | 'sent'
  from: number
  to: number
  /** The last byte has left for the kernel, or has failed to. */
  readonly onFlushed: Flushed | undefined
}

interface Waiting {
  readonly parcel: Parcel
  readonly message: Message
}

/**
 * Sends messages one after the other, since the fragments of one may not mix with another's (RFC 6455, 5.4). A message that
 * is made while it is sent goes out as fragments, a chunk each.
 */
export class Outbox {
  readonly #webSocket: WebSocket
  readonly #pump: BodyPump
  #waiting: Waiting[] = []
  /** Bytes of frames that were handed over so far. */
  #written = 0

  #leaving: Parcel | undefined
  #binary = false

  /** `onFault` is called when a message cannot be made, or is not as long as it says. The connection is then spoilt. */
  constructor(webSocket: WebSocket, onFault: (message: string) => void) {
    this.#webSocket = webSocket
    this.#pump = new BodyPump(
      (chunk, flushed, last) => this.#sendPart(chunk, flushed, last),
      (reason) => onFault(`the message could not be sent: ${reason}`),
    )
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
