import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GeneratedBody } from '../../model/body.ts'
import { TURN_BYTES } from '../sockets/body-pump.ts'

/**
 * A body that is generated while undici sends it. undici requests the next chunk while the previous one may still be
 * queued, so it gets copies. It stops requesting chunks when its stream is full.
 */
export class BodyCopies {
  readonly #body: GeneratedBody
  #stopped = false

  /** Bytes that undici has not requested yet. */
  unmade: number

  constructor(body: GeneratedBody) {
    this.#body = body
    this.unmade = body.length
  }

  /** Stops generating chunks, because the exchange is complete. */
  stop(): void {
    this.#stopped = true
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let inTurn = 0
    try {
      for (const chunk of this.#body.chunks()) {
        if (chunk.length > this.unmade) throw new Error('it is longer than its declared length')
        this.unmade -= chunk.length
        inTurn += chunk.length
        yield Buffer.from(chunk)
        if (inTurn >= TURN_BYTES) {
          inTurn = 0
          await nextTurn()
        }
        if (this.#stopped) return
      }
      if (this.unmade > 0) throw new Error(`it ended ${this.unmade} bytes early`)
    } catch (error) {
      throw new Error(sendFailure(error instanceof Error ? error.message : String(error)), { cause: error })
    }
  }
}

export function sendFailure(reason: string): string {
  return `the body could not be sent: ${reason}`
}
