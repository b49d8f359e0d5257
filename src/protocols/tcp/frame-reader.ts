import type { Framer } from '../framers/framer.ts'
import { IgnoredMessages } from '../ignored-messages.ts'
import type { UnsolicitedMessages } from '../unsolicited-messages.ts'
import { ExaminedFrame } from './examined-frame.ts'
import type { EncodedFrame } from './frame-encoding.ts'
import type { FrameFormat } from './framing.ts'
import { HeldBytes } from './held-bytes.ts'
import type { Pending } from './pending.ts'

export interface FrameReaderEvents {
  /** Returns the request that a new frame answers. The request must have been sent before the current read. */
  owner(): Pending | undefined
  /** Reports the end of a frame that answers a request. `bytes` is the length of the frame. */
  onFrame(owner: Pending, bytes: number): void
  /** Reports bytes that are not a frame. `owner` is the request that expected them. */
  onViolation(owner: Pending | undefined, message: string): void
}

/**
 * Splits the bytes of a connection into frames and decides which request each frame answers.
 *
 * A response cannot begin to arrive before its request was sent. So a frame that begins with no request in flight is
 * unsolicited, whenever it ends: the reader counts it, and it answers no request.
 */
export class FrameReader {
  readonly #format: FrameFormat
  readonly #unsolicited: UnsolicitedMessages
  readonly #events: FrameReaderEvents
  readonly #held = new HeldBytes()
  readonly #ignored = new IgnoredMessages()
  #framer: Framer
  #inFrame = false
  /** Request that the current frame answers. */
  #owner: Pending | undefined
  /** Content of the current frame, when `ignore` decides whether it is a response. */
  #examined: ExaminedFrame | undefined

  constructor(format: FrameFormat, unsolicited: UnsolicitedMessages, events: FrameReaderEvents) {
    this.#format = format
    this.#unsolicited = unsolicited
    this.#events = events
    this.#framer = format.framer()
  }

  /** Reads bytes from `at`, at most to the end of a frame. Returns the offset after the last byte read. */
  push(bytes: Buffer, at: number): number {
    if (!this.#inFrame) this.#begin()
    const owner = this.#owner
    const examined = this.#examined
    const end = this.#framer.push(bytes, at, examined?.add ?? owner?.kept?.add)
    if (owner !== undefined && examined === undefined) owner.bytesReceived += end - at
    if (owner === undefined && !this.#held.hold(bytes.subarray(at, end)) && this.#format.untilClose) {
      this.#events.onViolation(undefined, 'the server sent too many bytes before the request')
    } else if (this.#framer.violation !== undefined) this.#events.onViolation(owner, this.#framer.violation)
    else if (this.#framer.done) this.#end(owner, examined)
    return end
  }

  /** Handles the end of the stream, which completes the frame of framing `until-close`. */
  end(): void {
    const owner = this.#owner
    this.#framer.end()
    if (this.#framer.done && owner !== undefined) this.#end(owner, undefined)
  }

  /** Bytes of the current frame, or 0 when it answers no request. */
  get answerBytes(): number {
    return this.#owner === undefined ? 0 : this.#framer.frameBytes
  }

  /** Called before a request is sent. The held bytes do not answer it. */
  sends({ replies, ignored }: EncodedFrame): void {
    const isNew = this.#ignored.learn(ignored)
    if (replies > 0) this.#unsolicited.matchByOrder()
    if (isNew && this.#held.frames > 0) {
      const matches = (content: Buffer): boolean => this.#ignored.matches(content)
      this.#unsolicited.identify(this.#held.count(this.#format.framer(), matches))
    }
    this.#held.clear(this.#inFrame && this.#owner === undefined)
  }

  /**
   * Called for a request that sends nothing, or that reads until the connection closes. Returns the held bytes, which
   * the caller must push again.
   */
  listens({ ignored }: EncodedFrame): Buffer | undefined {
    this.#ignored.learn(ignored)
    if (this.#owner !== undefined) return undefined
    const { frames, unidentified } = this.#held
    const bytes = this.#held.take()
    if (bytes.length > 0) {
      this.#unsolicited.subtract(frames, unidentified)
      this.#framer = this.#format.framer()
      this.#inFrame = false
    }
    return bytes
  }

  #begin(): void {
    this.#inFrame = true
    this.#owner = this.#events.owner()
    this.#examined = this.#ignored.any ? new ExaminedFrame(this.#owner?.kept?.add) : undefined
  }

  #end(owner: Pending | undefined, examined: ExaminedFrame | undefined): void {
    const bytes = this.#framer.frameBytes
    this.#inFrame = false
    this.#owner = undefined
    const content = examined?.content()
    const isIgnored = content !== undefined && this.#ignored.matches(content)
    if (owner === undefined || isIgnored) {
      if (owner === undefined) this.#held.endFrame(isIgnored)
      this.#unsolicited.add(isIgnored)
      return
    }
    if (examined !== undefined) {
      examined.pass()
      owner.bytesReceived += bytes
    }
    this.#events.onFrame(owner, bytes)
  }
}
