import type { Writable } from 'node:stream'
import type { GeneratedBody } from '../../model/body.ts'

/** Bytes that are written before others have their turn: a peer that takes everything at once must not stop the rest. */
export const TURN_BYTES: number = 512 * 1024

/**
 * Writes bodies that are made while they are sent, one after the other on the same stream. The next chunk is made once the
 * one before it has left for the kernel: chunks may share their bytes, and no more than one of them is ever held.
 */
export class BodyPump {
  readonly #stream: Writable
  readonly #onFault: (message: string) => void
  #chunks: Iterator<Uint8Array> | undefined

  #writtenInTurn = 0

  /** Bytes of the body that have not been made yet. */
  unmade = 0

  /** `onFault` is called when the body cannot be made, or is not as long as it says; the pump has stopped by then. */
  constructor(stream: Writable, onFault: (message: string) => void) {
    this.#stream = stream
    this.#onFault = onFault
  }

  begin(body: GeneratedBody): void {
    this.unmade = body.length
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
  readonly #written = (failed?: Error | null): void => {
    if (failed !== undefined && failed !== null) return
    if (this.#writtenInTurn < TURN_BYTES) return this.#next()
    this.#writtenInTurn = 0
    setImmediate(this.#next)
  }

  readonly #next = (): void => {
    if (this.#chunks === undefined) return
    let chunk: Uint8Array
    try {
      const { done, value } = this.#chunks.next()
      if (done === true) {
        this.#chunks = undefined
        if (this.unmade > 0) this.#fail(new Error(`it ended ${this.unmade} bytes early`))
        return
      }
      chunk = value
    } catch (error) {
      return this.#fail(error)
    }
    if (chunk.length > this.unmade) return this.#fail(new Error('it is longer than its length'))
    this.unmade -= chunk.length
    this.#writtenInTurn += chunk.length
    this.#stream.write(chunk, this.#written)
  }

  #fail(error: unknown): void {
    this.stop()
    // A moment later: whoever begins does not hold yet what cancels.
    queueMicrotask(() => this.#onFault(sendFault(error)))
  }
}

export function sendFault(error: unknown): string {
  return `the body could not be sent: ${error instanceof Error ? error.message : String(error)}`
}
