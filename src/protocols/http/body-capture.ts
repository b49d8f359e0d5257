import { EXAMINED_BYTES, KeptBytes } from '../kept-bytes.ts'
import { EXCERPT_CHARACTERS } from '../message-check.ts'
import { decodeContent, type DecodingFailure } from './content-coding.ts'

/** Bytes of an encoded body that are kept for its beginning. */
const BEGINNING_BYTES = 4 * 1024
/** Maximum size that the beginning of a body is decoded to. */
const BEGINNING_LIMIT = 4 * 1024 * 1024

/** Keeps a copy of a body, up to `EXAMINED_BYTES`. */
export class BodyCapture {
  readonly #kept = new KeptBytes()
  #bytes = 0

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes > EXAMINED_BYTES) this.#kept.clear()
    else this.#kept.add(bytes, 0, bytes.length)
  }

  /** Returns the body as UTF-8, without its content coding. */
  text(contentEncoding: string | undefined): string | DecodingFailure {
    if (this.#bytes > EXAMINED_BYTES)
      return { tooLarge: true, reason: `the body is larger than ${EXAMINED_BYTES} bytes` }
    const decoded = decodeContent(this.#kept.view(), contentEncoding, EXAMINED_BYTES)
    return 'bytes' in decoded ? decoded.bytes.toString('utf8') : decoded
  }

  /** Returns the beginning of the body, for a report. */
  beginning(contentEncoding: string | undefined): string {
    return beginningOf(this.#kept.view().subarray(0, BEGINNING_BYTES), contentEncoding)
  }
}

/** Keeps the beginning of a body. */
export class BodyBeginning {
  readonly #kept = new KeptBytes()

  add(bytes: Uint8Array): void {
    const missing = BEGINNING_BYTES - this.#kept.length
    if (missing > 0) this.#kept.add(bytes, 0, Math.min(missing, bytes.length))
  }

  beginning(contentEncoding: string | undefined): string {
    return beginningOf(this.#kept.view(), contentEncoding)
  }
}

function beginningOf(bytes: Buffer, contentEncoding: string | undefined): string {
  const decoded = decodeContent(bytes, contentEncoding, BEGINNING_LIMIT, true)
  return 'bytes' in decoded ? decoded.bytes.toString('utf8').slice(0, EXCERPT_CHARACTERS) : decoded.reason
}
