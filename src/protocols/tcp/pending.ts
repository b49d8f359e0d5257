import type { Cancel, ExchangeEvents, Outcome, Transferred } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { EncodedFrame } from './frame-encoding.ts'
import { ExaminedMessages } from '../examined-messages.ts'
import { KeptAnswer } from './kept-answer.ts'

/** An exchange on a connection, from its frame to the last frame that answers it. Connections reuse these objects. */
export class Pending {
  readonly cancel: Cancel
  /** Undefined after a cancellation. The connection still expects the frames but does not report them. */
  events: ExchangeEvents | undefined
  kept: KeptAnswer | undefined
  /** Number of frames that answer the request, and number of those that have not arrived yet. */
  replies = 0
  owed = 0
  /** Offset of its frame in the bytes sent on the connection, and the length of the frame. */
  start = 0
  bytes = 0
  bytesReceived = 0

  constructor(giveUp: (pending: Pending) => Transferred) {
    this.cancel = () => giveUp(this)
  }

  begin(events: ExchangeEvents, frame: EncodedFrame, start: number): void {
    const { replies, bytes } = frame
    this.events = events
    const messages = ExaminedMessages.of(frame)
    this.kept = messages && new KeptAnswer(messages)
    this.replies = this.owed = replies
    this.start = start
    this.bytes = bytes
    this.bytesReceived = 0
  }

  /** Returns the outcome of an exchange whose frames have all arrived. */
  answered(bytesSent: number): Outcome {
    const { bytesReceived } = this
    const answer = this.kept?.answer()
    if (answer === undefined) return { ok: true, bytesSent, bytesReceived }
    if ('errorClass' in answer) return { ok: false, bytesSent, bytesReceived, ...answer }
    return { ok: true, bytesSent, bytesReceived, answer }
  }

  failed(errorClass: ErrorClass, message: string, bytesSent: number): Outcome {
    return { ok: false, bytesSent, bytesReceived: this.bytesReceived, errorClass, message }
  }
}
