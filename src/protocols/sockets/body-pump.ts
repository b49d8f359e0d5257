import type { GeneratedBody } from '../../model/body.ts'

/** Bytes that are written before others have their turn: a peer that takes everything at once must not stop the rest. */
export const TURN_BYTES: number = 512 * 1024

/** What was written has left for the kernel, or has failed to. */
export type Flushed = (failed?: Error | null) => void

/** Writes a chunk; `last`: the body ends with it. */
export type WriteChunk = (chunk: Uint8Array, flushed: Flushed, last: boolean) => void

/**
 * Writes bodies that are made while they are sent, one at a time. The next chunk is made once the one before it has left
 * for the kernel: chunks may share their bytes, and no more than one of them is ever held. An empty chunk is none.
 */
export class BodyPump {
  readonly #write: WriteChunk
  readonly #onFault: (reason: string) => void
  #chunks: Iterator<Uint8Array> | undefined
  #onEnd: (() => void) | undefined
  #writtenInTurn = 0
  #failed = false

  /** Bytes of the body that have not been made yet. */
  unmade = 0

  /**
   * `onFault` is called when a body cannot be made, or is not as long as it says. What carries it is spoilt then, and the
   * pump stays busy for ever.
   */
  constructor(write: WriteChunk, onFault: (reason: string) => void) {
    this.#write = write
    this.#onFault = onFault
  }

  /** A body is under way: nothing else may be written. */
  get busy(): boolean {
    return this.#chunks !== undefined || this.#failed
  }

  /** `onEnd` is called when all of it has left for the kernel: at once where there is none of it. */
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

  /** When a write has failed, the stream says why, and its owner stops the pump. */
  readonly #flushed: Flushed = (failed) => {
    if (failed !== undefined && failed !== null) return
    // The end is not put off: the answer could be there before it, and with it the next body.
    if (this.#writtenInTurn < TURN_BYTES || this.unmade === 0) return this.#next()
    this.#writtenInTurn = 0
    setImmediate(this.#next)
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

  /** Undefined at the end of the body. */
  #make(chunks: Iterator<Uint8Array>): Uint8Array | undefined {
    for (;;) {
      const { done, value } = chunks.next()
      if (done === true) {
        if (this.unmade > 0) throw new Error(`it ended ${this.unmade} bytes early`)
        return undefined
      }
      if (value.length > this.unmade) throw new Error('it is longer than its length')
      if (value.length > 0) return value
    }
  }

  #fail(error: unknown): void {
    this.stop()
    this.#failed = true
    const reason = error instanceof Error ? error.message : String(error)
    // A moment later: whoever begins does not hold yet what cancels.
    queueMicrotask(() => this.#onFault(reason))
  }
}
