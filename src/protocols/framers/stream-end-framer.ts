import type { ContentSink, Framer } from './framer.ts'

/** One frame that ends with the stream. An empty stream contains no frame. */
export class StreamEndFramer implements Framer {
  readonly violation = undefined
  frameBytes = 0
  done = false

  push(bytes: Buffer, start: number, onContent?: ContentSink): number {
    if (bytes.length > start) onContent?.(bytes, start, bytes.length)
    this.frameBytes += bytes.length - start
    return bytes.length
  }

  end(): void {
    this.done = this.frameBytes > 0
  }
}
