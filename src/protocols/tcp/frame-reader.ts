import type { Framer } from '../framers/framer.ts'
import { IgnoredMessages } from '../ignored-messages.ts'
import type { UnsolicitedMessages } from '../unsolicited-messages.ts'
import { ExaminedFrame } from './examined-frame.ts'
import type { EncodedFrame } from './frame-encoding.ts'
import type { FrameFormat } from './framing.ts'
import { HeldBytes } from './held-bytes.ts'
import type { Pending } from './pending.ts'

export interface FrameReaderEvents {
  /** The request that a frame which begins now can answer: one that was sent before these bytes were read. */
  owner(): Pending | undefined
  /** A frame that answers a request has ended, `bytes` long. */
  onFrame(owner: Pending, bytes: number): void
  /** The bytes are not a frame; `owner` is the request that they were to answer. */
  onFault(owner: Pending | undefined, message: string): void
  /** False where an unsolicited frame proves nothing, since the connection gets no further request. */
  counts(): boolean
}

/**
 * Cuts the bytes of a connection into frames and decides which request each answers.
 *
 * A response cannot begin to arrive before its request was sent. So a frame that begins with nothing in flight is
 * unsolicited, whenever it ends: it is counted and answers no request.
 */
export class FrameReader {
  readonly #format: FrameFormat
  readonly #unsolicited: UnsolicitedMessages
  readonly #events: FrameReaderEvents
  readonly #held = new HeldBytes()
  readonly #ignored = new IgnoredMessages()
  #framer: Framer
  #inFrame = false
  /** The request that the frame under way answers. */
  #owner: Pending | undefined
  /** The frame under way, where its content decides whether it is a response. */
  #examined: ExaminedFrame | undefined

  constructor(format: FrameFormat, unsolicited: UnsolicitedMessages, events: FrameReaderEvents) {
    this.#format = format
    this.#unsolicited = unsolicited
    this.#events = events
    this.#framer = format.framer()
  }

  /** Takes bytes from `at` on, up to the end of a frame at most; returns the place after what it took. */
  push(bytes: Buffer, at: number): number {
    if (!this.#inFrame) this.#begin()
    const owner = this.#owner
    const examined = this.#examined
    const end = this.#framer.push(bytes, at, examined?.take ?? owner?.kept?.take)
    if (owner !== undefined && examined === undefined) owner.bytesReceived += end - at
    if (owner === undefined && !this.#held.hold(bytes.subarray(at, end)) && this.#format.untilClose) {
      this.#events.onFault(undefined, 'the server sent too much before the request')
    } else if (this.#framer.fault !== undefined) this.#events.onFault(owner, this.#framer.fault)
    else if (this.#framer.done) this.#end(owner, examined)
    return end
  }

  /** The stream has ended, which ends the frame of framing `until-close`. */
  end(): void {
    const owner = this.#owner
    this.#framer.end()
    if (this.#framer.done && owner !== undefined) this.#end(owner, undefined)
  }

  /** Bytes of the frame under way, where it answers a request. */
  get answerBytes(): number {
    return this.#owner === undefined ? 0 : this.#framer.frameBytes
  }

  /** A request is about to be sent: what is held was not for it. */
  sends({ replies, ignored }: EncodedFrame): void {
    const isNew = this.#ignored.learn(ignored)
    if (replies > 0) this.#unsolicited.matchByOrder()
    if (isNew && this.#held.frames > 0) {
      const matches = (content: Buffer): boolean => this.#ignored.matches(content)
      this.#unsolicited.identify(this.#held.count(this.#format.framer(), matches))
    }
    this.#held.clear(this.#inFrame && this.#owner === undefined)
  }

  /** A request listens, or takes all bytes until the end: returns the bytes that are held for it, to be pushed again. */
  listens({ ignored }: EncodedFrame): readonly Buffer[] {
    this.#ignored.learn(ignored)
    if (this.#owner !== undefined) return []
    const { frames, unidentified } = this.#held
    const pieces = this.#held.take()
    if (pieces.length > 0) {
      this.#unsolicited.take(frames, unidentified)
      this.#framer = this.#format.framer()
      this.#inFrame = false
    }
    return pieces
  }

  #begin(): void {
    this.#inFrame = true
    this.#owner = this.#events.owner()
    this.#examined = this.#ignored.any ? new ExaminedFrame(this.#owner?.kept?.take) : undefined
  }

  #end(owner: Pending | undefined, examined: ExaminedFrame | undefined): void {
    const bytes = this.#framer.frameBytes
    this.#inFrame = false
    this.#owner = undefined
    const content = examined?.content()
    const isIgnored = content !== undefined && this.#ignored.matches(content)
    if (owner === undefined || isIgnored) {
      if (owner === undefined) this.#held.endFrame(isIgnored)
      if (this.#events.counts()) this.#unsolicited.add(isIgnored)
      return
    }
    if (examined !== undefined) {
      examined.pass()
      owner.bytesReceived += bytes
    }
    this.#events.onFrame(owner, bytes)
  }
}
