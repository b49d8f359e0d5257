import type { Cancel, ErrorClass, ExchangeEvents, Outcome, Transferred } from '../../model/protocol.ts'
import type { EncodedFrame } from './frame-encoding.ts'
import { KeptAnswer } from './kept-answer.ts'

/** An exchange under way on a connection, from its frame to the last frame that answers it. Used again for later ones. */
export class Pending {
  readonly cancel: Cancel
  /** Undefined once it was given up: its frames are still owed, and nobody is told of them. */
  events: ExchangeEvents | undefined
  kept: KeptAnswer | undefined
  /** Frames that answer it, and how many of them are still owed. */
  replies = 0
  owed = 0
  /** Where its frame stands among all bytes of the connection, and how long it is. */
  start = 0
  bytes = 0
  bytesReceived = 0

  constructor(giveUp: (pending: Pending) => Transferred) {
    this.cancel = () => giveUp(this)
  }

  begin(events: ExchangeEvents, { replies, bytes, read }: EncodedFrame, start: number): void {
    this.events = events
    this.kept = read === undefined ? undefined : new KeptAnswer(read)
    this.replies = this.owed = replies
    this.start = start
    this.bytes = bytes
    this.bytesReceived = 0
  }

  /** The outcome of an exchange whose frames have all come. */
  answered(bytesSent: number): Outcome {
    const { bytesReceived } = this
    const answer = this.kept?.answer()
    if (answer === undefined) return { ok: true, bytesSent, bytesReceived }
    if (typeof answer === 'string') return this.failed('protocol', answer, bytesSent)
    return { ok: true, bytesSent, bytesReceived, answer }
  }

  failed(errorClass: ErrorClass, message: string, bytesSent: number): Outcome {
    return { ok: false, bytesSent, bytesReceived: this.bytesReceived, errorClass, message }
  }
}
