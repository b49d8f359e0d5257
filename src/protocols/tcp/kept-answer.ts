import type { Answer } from '../../model/protocol.ts'
import type { AnswerFailure, ExaminedMessages } from '../examined-messages.ts'
import type { ContentSink } from '../framers/framer.ts'
import { KeptBytes } from '../kept-bytes.ts'

/** Assembles the frames of a response for a request with `read` or `check`. */
export class KeptAnswer {
  readonly #messages: ExaminedMessages
  readonly #frame = new KeptBytes()
  #frameBytes = 0

  constructor(messages: ExaminedMessages) {
    this.#messages = messages
  }

  readonly add: ContentSink = (bytes, start, end) => {
    this.#frameBytes += end - start
    if (this.#frameBytes > this.#messages.maxMessageBytes) this.#frame.clear()
    else this.#frame.add(bytes, start, end)
  }

  endFrame(): void {
    this.#messages.add(this.#frame.view(), this.#frameBytes)
    this.#frameBytes = 0
    this.#frame.clear()
  }

  answer(): Answer | AnswerFailure | undefined {
    return this.#messages.answer()
  }
}
