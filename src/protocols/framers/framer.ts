/** Takes a frame's content as it passes, without its framing; the bytes are valid only during the call. */
export type ContentSink = (bytes: Uint8Array, start: number, end: number) => void

/**
 * Finds where frames end in bytes that come in any pieces. It holds nothing of a frame, however long: content is counted,
 * and handed to who wants it.
 */
export interface Framer {
  /** Bytes of the frame that is under way or has just ended, its framing included. */
  readonly frameBytes: number
  /** The last bytes taken ended a frame; the next ones begin another. */
  readonly done: boolean
  /** Why these bytes are no frame; nothing more is taken then. */
  readonly fault: string | undefined
  /** Takes the bytes from `start` on, up to the end of a frame at most; returns the place after what it took. */
  push(bytes: Buffer, start: number, onContent?: ContentSink): number
  /** The stream has ended, which ends a frame that nothing else does. */
  end(): void
}
