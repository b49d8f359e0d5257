import { decodeContent } from './content-coding.ts'

/** Maximum body size that `check` or `read` accepts, also when decoded. A larger body fails and is not kept. */
export const CAPTURE_LIMIT: number = 8 * 1024 * 1024

/** Bytes of an encoded body that are kept for its beginning. */
const BEGINNING_BYTES = 4 * 1024
/** Characters of the beginning of a body. */
const BEGINNING_CHARACTERS = 300
/** Maximum size that the beginning of a body is decoded to. */
const BEGINNING_LIMIT = 4 * 1024 * 1024

/** Why the text of a body is not available. */
export interface BodyFailure {
  readonly tooLarge: boolean
  readonly reason: string
}

/** Keeps copies of the pieces of a body, up to `CAPTURE_LIMIT`. */
export class BodyCapture {
  #pieces: Buffer[] = []
  #bytes = 0

  /** Copies a piece, because the socket reuses its read buffer. */
  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes > CAPTURE_LIMIT) this.#pieces = []
    else this.#pieces.push(Buffer.from(bytes))
  }

  /** Returns the body as UTF-8, without its content coding. */
  text(contentEncoding: string | undefined): string | BodyFailure {
    if (this.#bytes > CAPTURE_LIMIT) return { tooLarge: true, reason: `the body is larger than ${CAPTURE_LIMIT} bytes` }
    const decoded = decodeContent(Buffer.concat(this.#pieces), contentEncoding, CAPTURE_LIMIT)
    return 'bytes' in decoded ? decoded.bytes.toString('utf8') : decoded
  }

  /** Returns the beginning of the body, for a report. */
  beginning(contentEncoding: string | undefined): string {
    return beginningOf(Buffer.concat(this.#pieces).subarray(0, BEGINNING_BYTES), contentEncoding)
  }
}

/** Keeps the beginning of a body. */
export class BodyBeginning {
  #bytes = Buffer.alloc(0)

  add(bytes: Uint8Array): void {
    const missing = BEGINNING_BYTES - this.#bytes.length
    if (missing > 0) this.#bytes = Buffer.concat([this.#bytes, bytes.subarray(0, missing)])
  }

  beginning(contentEncoding: string | undefined): string {
    return beginningOf(this.#bytes, contentEncoding)
  }
}

function beginningOf(bytes: Buffer, contentEncoding: string | undefined): string {
  const decoded = decodeContent(bytes, contentEncoding, BEGINNING_LIMIT, true)
  return 'bytes' in decoded ? decoded.bytes.toString('utf8').slice(0, BEGINNING_CHARACTERS) : decoded.reason
}
