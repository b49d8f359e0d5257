import { createInflateRaw } from 'node:zlib'
import type { InflateRaw } from 'node:zlib'

/** The end of a compressed message, which the peer leaves out (RFC 7692, 7.2.2). */
const TRAILER = Buffer.from([0x00, 0x00, 0xff, 0xff])

/** Size of the output buffer. With the default of 16 KiB, decompressing a long message takes four times as long. */
const CHUNK_BYTES = 128 * 1024

export interface InflaterEvents {
  /** Receives decompressed bytes. */
  onContent(bytes: Buffer): void
  /** Called when everything written so far was decompressed. */
  onFlushed(): void
  onFailure(message: string): void
}

/**
 * Decompresses the messages of one connection piece by piece, so that a small message that decompresses to gigabytes
 * takes no more memory than any other.
 */
export class Inflater {
  readonly #events: InflaterEvents
  #stream: InflateRaw | undefined

  constructor(events: InflaterEvents) {
    this.#events = events
  }

  /** Decompresses a piece. `last`: it ends a message. The next piece must wait for `onFlushed`. */
  write(piece: Buffer, last: boolean): void {
    const stream = (this.#stream ??= this.#open())
    stream.write(piece)
    if (last) stream.write(TRAILER)
    stream.flush(() => {
      if (this.#stream !== stream) return
      // A final block ends the stream. The next message begins a new one.
      if (stream.readableEnded) this.stop()
      this.#events.onFlushed()
    })
  }

  stop(): void {
    const stream = this.#stream
    this.#stream = undefined
    stream?.destroy()
  }

  #open(): InflateRaw {
    const stream = createInflateRaw({ chunkSize: CHUNK_BYTES })
    stream.on('data', (bytes: Buffer) => {
      if (this.#stream === stream) this.#events.onContent(bytes)
    })
    stream.on('error', ({ message }) => {
      if (this.#stream !== stream) return
      this.#stream = undefined
      this.#events.onFailure(message)
    })
    return stream
  }
}
