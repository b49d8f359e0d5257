import type { Socket } from 'node:net'
import { BodyPump } from '../sockets/body-pump.ts'
import type { Flushed } from '../sockets/body-pump.ts'
import type { EncodedFrame } from './frame-encoding.ts'

/** Writes frames in order. While a generated frame is being written, later frames wait. */
export class FrameWriter {
  readonly #socket: Socket
  readonly #pump: BodyPump
  readonly #waiting: (readonly [frame: EncodedFrame, flushed: Flushed | undefined])[] = []
  #ending = false
  /** Bytes passed to the socket. */
  #given = 0

  /** Bytes of all frames so far, written or waiting. */
  accepted = 0

  /** `onFailure` is called when generating a frame fails. The stream is unusable then, and nothing more is written. */
  constructor(socket: Socket, onFailure: (reason: string) => void) {
    this.#socket = socket
    this.#pump = new BodyPump((chunk, flushed) => {
      this.#given += chunk.length
      socket.write(chunk, flushed)
    }, onFailure)
  }

  /** `flushed` is called when the kernel has accepted the frame. */
  write(frame: EncodedFrame, flushed?: Flushed): void {
    this.accepted += frame.bytes
    if (this.#pump.busy) this.#waiting.push([frame, flushed])
    else this.#put(frame, flushed)
  }

  /** Ends the client's side of the stream after all frames. */
  end(): void {
    if (this.#pump.busy) this.#ending = true
    else this.#socket.end()
  }

  /** Stops writing. */
  stop(): void {
    this.#pump.stop()
  }

  /** Whether all bytes of the stream up to `end` were passed to the socket. */
  hasWritten(end: number): boolean {
    return this.#given >= end
  }

  /** Returns how many of the `bytes` bytes from `start` on the kernel has accepted. */
  leftOf(start: number, bytes: number): number {
    return Math.max(0, Math.min(bytes, this.#given - this.#socket.writableLength - start))
  }

  #put({ parts, generated, bytes }: EncodedFrame, flushed: Flushed | undefined): void {
    if (generated !== undefined) return this.#pump.begin(generated, () => this.#goOn(flushed))
    this.#given += bytes
    const [first, ...others] = parts
    if (others.length === 0) return void this.#socket.write(first ?? '', flushed)
    this.#socket.cork()
    // Passed by reference, so that a large body is not copied while it waits for the peer.
    for (const part of parts) this.#socket.write(part, part === parts.at(-1) ? flushed : undefined)
    this.#socket.uncork()
  }

  /** Called when a generated frame was sent. Writes the waiting frames before `flushed` can add another one. */
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
