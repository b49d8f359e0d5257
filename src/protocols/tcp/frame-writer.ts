import type { Socket } from 'node:net'
import { BodyPump } from '../sockets/body-pump.ts'
import type { Flushed } from '../sockets/body-pump.ts'
import type { EncodedFrame } from './frame-encoding.ts'

/** Writes frames one after the other; those that come while a generated one is made wait behind it. */
export class FrameWriter {
  readonly #socket: Socket
  readonly #pump: BodyPump
  readonly #waiting: (readonly [frame: EncodedFrame, flushed: Flushed | undefined])[] = []
  #ending = false
  /** Bytes given to the socket. */
  #given = 0

  /** Bytes of all frames so far, sent or waiting. */
  accepted = 0

  /** `onFault`: a generated frame could not be made to its end; the stream is broken then, and nothing more is written. */
  constructor(socket: Socket, onFault: (reason: string) => void) {
    this.#socket = socket
    this.#pump = new BodyPump((chunk, flushed) => {
      this.#given += chunk.length
      socket.write(chunk, flushed)
    }, onFault)
  }

  /** `flushed` is called when the frame has left for the kernel. */
  write(frame: EncodedFrame, flushed?: Flushed): void {
    this.accepted += frame.bytes
    if (this.#pump.busy) this.#waiting.push([frame, flushed])
    else this.#put(frame, flushed)
  }

  /** Ends our side of the stream after all frames. */
  end(): void {
    if (this.#pump.busy) this.#ending = true
    else this.#socket.end()
  }

  /** Writes nothing more. */
  stop(): void {
    this.#pump.stop()
  }

  /** Whether everything up to this place of the stream was given to the socket. */
  hasWritten(end: number): boolean {
    return this.#given >= end
  }

  /** How many of the `bytes` bytes from `start` on have left for the kernel. */
  leftOf(start: number, bytes: number): number {
    return Math.max(0, Math.min(bytes, this.#given - this.#socket.writableLength - start))
  }

  #put({ parts, generated, bytes }: EncodedFrame, flushed: Flushed | undefined): void {
    if (generated !== undefined) return this.#pump.begin(generated, () => this.#goOn(flushed))
    this.#given += bytes
    const [first, ...others] = parts
    if (others.length === 0) return void this.#socket.write(first ?? '', flushed)
    this.#socket.cork()
    // By reference: however large, it waits for the peer in the place where it stands.
    for (const part of parts) this.#socket.write(part, part === parts.at(-1) ? flushed : undefined)
    this.#socket.uncork()
  }

  /** The generated frame has left. What waits behind it follows, before who is told of it sends the next one. */
  #goOn(flushed: Flushed | undefined): void {
    while (!this.#pump.busy) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#put(...next)
    }
    if (!this.#pump.busy && this.#ending) this.#socket.end()
    flushed?.()
  }
}
