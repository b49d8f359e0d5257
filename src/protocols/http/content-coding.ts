// A default import, because a missing export would be a SyntaxError in a Node.js that has no zstd, before its version
// is checked.
import zlib from 'node:zlib'
import type { ZlibOptions } from 'node:zlib'
import { ownValue } from '../../model/own-value.ts'

const { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } = zlib

/** Why a body cannot be decoded. */
export interface DecodingFailure {
  readonly tooLarge: boolean
  readonly reason: string
}

/** A body without its content coding, or the reason why there is none. */
type Decoded = { readonly bytes: Buffer } | DecodingFailure

type Decoder = (bytes: Buffer, maxOutputLength: number, partial: boolean) => Buffer

const gunzip: Decoder = (bytes, maxOutputLength, partial) => gunzipSync(bytes, zlibOptions(maxOutputLength, partial))

/** Content codings (RFC 9110, 8.4.1) with their decoders. All of them stop when the output exceeds its maximum. */
const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  // Some servers send raw deflate data, without the zlib header that the standard requires.
  deflate: (bytes, maxOutputLength, partial) =>
    (hasZlibHeader(bytes) ? inflateSync : inflateRawSync)(bytes, zlibOptions(maxOutputLength, partial)),
  br: (bytes, maxOutputLength, partial) =>
    brotliDecompressSync(bytes, {
      maxOutputLength,
      ...(partial ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
    }),
  zstd: (bytes, maxOutputLength, partial) =>
    zstdDecompressSync(bytes, { maxOutputLength, ...(partial ? { finishFlush: constants.ZSTD_e_flush } : {}) }),
  identity: (bytes) => bytes,
}

/** Maximum number of codings of one body. Each needs a buffer for its output. */
const MAX_CODINGS = 3

/**
 * Decodes a body by its `content-encoding`, to at most `limitBytes`. `partial`: the body may be incomplete; then its
 * beginning is returned.
 */
export function decodeContent(
  bytes: Buffer,
  contentEncoding: string | undefined,
  limitBytes: number,
  partial = false,
): Decoded {
  if (contentEncoding === undefined || bytes.length === 0) return { bytes }
  const codings = contentEncoding.split(',', MAX_CODINGS + 1).map((coding) => coding.trim().toLowerCase())
  if (codings.length > MAX_CODINGS) return failure('the body has too many content codings')
  let decoded = bytes
  // The last coding was applied last.
  for (const coding of codings.toReversed()) {
    const decode = ownValue(DECODERS, coding)
    if (decode === undefined) return failure(`the content-encoding ${coding} of the body cannot be decoded`)
    try {
      decoded = decode(decoded, limitBytes, partial)
    } catch (error) {
      if (error instanceof RangeError) {
        return { tooLarge: true, reason: `the body, decoded from ${coding}, is larger than ${limitBytes} bytes` }
      }
      return failure(`the body is not valid ${coding}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { bytes: decoded }
}

function failure(reason: string): Decoded {
  return { tooLarge: false, reason }
}

function zlibOptions(maxOutputLength: number, partial: boolean): ZlibOptions {
  return partial ? { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH } : { maxOutputLength }
}

/** Whether the bytes begin with the header of RFC 1950, 2.2. */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0
}
