import type { GeneratedBody } from '../../model/body.ts'
import { realTime } from '../../model/real-time.ts'

/** Bytes written before the pump yields to the event loop, so that a fast peer does not block other connections. */
export const TURN_BYTES: number = 512 * 1024

/** Called when a chunk was passed to the kernel, or when writing it failed. */
export type Flushed = (failed?: Error | null) => void

/** Writes a chunk. `last` is true for the final chunk of the body. */
export type WriteChunk = (chunk: Uint8Array, flushed: Flushed, last: boolean) => void

/**
 * Writes generated bodies, one at a time. The pump generates the next chunk after the kernel has accepted the previous
 * one. So chunks may share a buffer, and the process holds at most one of them. The pump skips empty chunks.
 */
export class BodyPump {
  readonly #write: WriteChunk
  readonly #onFailure: (reason: string) => void
  #chunks: Iterator<Uint8Array> | undefined
  #onEnd: (() => void) | undefined
  #writtenInTurn = 0
  #failed = false

  /** Bytes of the body that have not been generated yet. */
  unmade = 0

  /**
   * `onFailure` is called when a body cannot be generated or does not have its declared length. The stream is unusable
   * then, and the pump stays busy.
   */
  constructor(write: WriteChunk, onFailure: (reason: string) => void) {
    this.#write = write
    this.#onFailure = onFailure
  }

  /** Whether a body is being written, so that nothing else may be written. */
  get busy(): boolean {
    return this.#chunks !== undefined || this.#failed
  }

  /** `onEnd` is called when the kernel has accepted the whole body, and immediately for an empty body. */
  begin(body: GeneratedBody, onEnd?: () => void): void {
    this.unmade = body.length
    this.#onEnd = onEnd
    try {
      this.#chunks = body.chunks()[Symbol.iterator]()
    } catch (error) {
      return this.#fail(error)
    }
    this.#next()
  }

  stop(): void {
    this.#chunks = undefined
  }

  /** After a failed write, the stream reports the error, and its owner stops the pump. */
  readonly #flushed: Flushed = (failed) => {
    if (failed !== undefined && failed !== null) return
    // The end is not deferred: the response, and with it the next body, could arrive before it.
    if (this.#writtenInTurn < TURN_BYTES || this.unmade === 0) return this.#next()
    this.#writtenInTurn = 0
    realTime.setImmediate(this.#next)
  }

  readonly #next = (): void => {
    if (this.#chunks === undefined) return
    let chunk: Uint8Array | undefined
    try {
      chunk = this.#make(this.#chunks)
    } catch (error) {
      return this.#fail(error)
    }
    if (chunk === undefined) {
      this.#chunks = undefined
      return this.#onEnd?.()
    }
    this.unmade -= chunk.length
    this.#writtenInTurn += chunk.length
    this.#write(chunk, this.#flushed, this.unmade === 0)
  }

  /** Returns the next chunk, or undefined at the end of the body. */
  #make(chunks: Iterator<Uint8Array>): Uint8Array | undefined {
    for (;;) {
      const { done, value } = chunks.next()
      if (done === true) {
        if (this.unmade > 0) throw new Error(`it ended ${this.unmade} bytes early`)
        return undefined
      }
      if (value.length > this.unmade) throw new Error('it is longer than its declared length')
      if (value.length > 0) return value
    }
  }

  #fail(error: unknown): void {
    this.stop()
    this.#failed = true
    const reason = error instanceof Error ? error.message : String(error)
    // Deferred, because the caller of `begin` does not have its `Cancel` function yet.
    realTime.queueMicrotask(() => this.#onFailure(reason))
  }
}

/** Describes why an exchange failed whose body could not be generated. */
export function sendFailure(reason: string): string {
  return `the body could not be sent: ${reason}`
}
