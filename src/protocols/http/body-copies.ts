import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GeneratedBody } from '../../model/body.ts'
import { TURN_BYTES } from '../sockets/body-pump.ts'

/**
 * A body that is made while undici sends it. undici asks for the next chunk while the one before may still wait, so it
 * gets copies; it stops asking when its stream is full.
 */
export class BodyCopies {
  readonly #body: GeneratedBody
  #stopped = false

  /** Bytes that undici has not asked for yet. */
  unmade: number

  constructor(body: GeneratedBody) {
    this.#body = body
    this.unmade = body.length
  }

  /** The exchange is over, whatever is left of the body. */
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
      throw new Error(sendFault(error instanceof Error ? error.message : String(error)), { cause: error })
    }
  }
}

export function sendFault(reason: string): string {
  return `the body could not be sent: ${reason}`
}
