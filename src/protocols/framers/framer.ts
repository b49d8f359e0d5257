/** Receives a frame's content piece by piece, without the framing. The bytes are valid only during the call. */
export type ContentSink = (bytes: Uint8Array, start: number, end: number) => void

/**
 * Finds frame boundaries in bytes that arrive in any pieces. A framer never buffers content, however long the frame is:
 * it counts the bytes and passes them to the caller's sink.
 */
export interface Framer {
  /** Bytes of the current or just completed frame, including the framing. */
  readonly frameBytes: number
  /** True when the last `push` completed a frame; the next `push` begins a new one. */
  readonly done: boolean
  /** Reason why the bytes are not a frame. The framer reads nothing more after a violation. */
  readonly violation: string | undefined
  /** Reads bytes from `start`, at most to the end of a frame. Returns the offset after the last byte read. */
  push(bytes: Buffer, start: number, onContent?: ContentSink): number
  /** Signals the end of the stream, which completes a frame that only the end of the stream delimits. */
  end(): void
}
