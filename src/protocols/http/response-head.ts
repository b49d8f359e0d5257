/** Maximum size of a head, of a chunk-size line, and of all trailers together, in bytes. */
export const HEAD_LIMIT: number = 64 * 1024

/** Values of a response head that determine where the response ends. */
export interface ResponseHead {
  readonly status: number
  /** −1 when the head has no content length. */
  readonly contentLength: number
  readonly chunked: boolean
  readonly keepAlive: boolean
  /** `timeout` of the `keep-alive` header, in seconds: the server may close the connection when idle for longer. */
  readonly keepAliveSeconds: number | undefined
}

const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9
const COLON = 58
const EQUALS = 61

/** Bit of a byte that is allowed in a header name. */
export const MARK = 1
/** Bit of a byte that is allowed in a header value. */
export const TEXT = 2
/** Bytes allowed in a name (`tchar` of RFC 9110, 5.6.2) and in a value (visible, space, tab, or above ASCII). */
const KINDS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const name = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)) ? MARK : 0
  return name | (byte === TAB || (byte >= SPACE && byte !== 127) ? TEXT : 0)
})

/**
 * Parses a complete head, from the status line at `start` to the offset `end` after the empty line. Returns the reason
 * as a string when the bytes are not a valid head. The parser is as strict as RFC 9112 allows: constructs that two
 * parsers could read differently (a folded line, two lengths, a length together with a transfer coding) are violations.
 */
export function readHead(bytes: Uint8Array, start: number, end: number): ResponseHead | string {
  const status = readStatus(bytes, start)
  if (status < 0) return notHttp(bytes, start, end)
  let keepAlive = bytes[start + 7] === 49
  let contentLength = -1
  let coded = false
  let chunked = false
  let keepAliveSeconds: number | undefined

  let at = start + 12
  while (kindOf(bytes, at) & TEXT) at++
  if (bytes[at] !== CR || bytes[at + 1] !== LF) return `the status line contains ${quote(bytes, at, at + 1)}`
  at += 2

  while (bytes[at] !== CR) {
    const name = at
    while (kindOf(bytes, at) & MARK) at++
    const nameLength = at - name
    if (nameLength === 0 || bytes[at] !== COLON)
      return `expected a header, got ${quote(bytes, name, Math.min(end, name + 40))}`
    at++
    while (bytes[at] === SPACE || bytes[at] === TAB) at++
    const value = at
    while (kindOf(bytes, at) & TEXT) at++
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return `a header value contains ${quote(bytes, at, at + 1)}`
    const next = at + 2
    while (at > value && (bytes[at - 1] === SPACE || bytes[at - 1] === TAB)) at--

    if (nameLength === 14 && isText(bytes, name, 'content-length')) {
      if (contentLength >= 0) return 'the response has two content-length headers'
      contentLength = readLength(bytes, value, at)
      if (contentLength < 0) return `content-length is ${quote(bytes, value, at)}`
    } else if (nameLength === 17 && isText(bytes, name, 'transfer-encoding')) {
      coded = true
      chunked = lastToken(bytes, value, at) === 'chunked'
    } else if (nameLength === 10 && isText(bytes, name, 'connection')) {
      for (const token of tokens(bytes, value, at)) {
        if (token === 'close') keepAlive = false
        else if (token === 'keep-alive' && bytes[start + 7] === 48) keepAlive = true
      }
    } else if (nameLength === 10 && isText(bytes, name, 'keep-alive')) {
      keepAliveSeconds = readParameter(bytes, value, at, 'timeout')
      // The server accepts no further request.
      if (keepAliveSeconds === 0 || readParameter(bytes, value, at, 'max') === 0) keepAlive = false
    }
    at = next
  }
  if (bytes[at + 1] !== LF) return `a header value contains ${quote(bytes, at, at + 1)}`
  if (coded && contentLength >= 0) return 'the response has both content-length and transfer-encoding'
  return { status, contentLength, chunked, keepAlive, keepAliveSeconds }
}

const BEGINNING = Buffer.from('HTTP/1.')

/** Whether these bytes are the beginning of a status line or can still become one. */
export function beginsLikeHttp(bytes: Uint8Array, start: number, end: number): boolean {
  const known = Math.min(end - start, BEGINNING.length)
  for (let i = 0; i < known; i++) if (bytes[start + i] !== BEGINNING[i]) return false
  return true
}

/** Returns the violation for bytes that are not a status line. */
export function notHttp(bytes: Uint8Array, start: number, end: number): string {
  // A TLS alert (RFC 8446, 5.1).
  if (bytes[start] === 21 && bytes[start + 1] === 3) return 'the server speaks TLS on this port: use https://'
  return `expected a status line of HTTP/1.x, got ${quote(bytes, start, Math.min(end, start + 24))}`
}

/** Parses `HTTP/1.x SSS`, followed by a space or the end of the line. Returns −1 for anything else. */
function readStatus(bytes: Uint8Array, start: number): number {
  if (!beginsLikeHttp(bytes, start, start + 12)) return -1
  const minor = bytes[start + 7]
  if ((minor !== 48 && minor !== 49) || bytes[start + 8] !== SPACE) return -1
  const after = bytes[start + 12]
  const status = readLength(bytes, start + 9, start + 12)
  return status >= 100 && (after === SPACE || after === CR) ? status : -1
}

/** Returns the `MARK` and `TEXT` bits of a byte. */
export function kindOf(bytes: Uint8Array, at: number): number {
  return KINDS[bytes[at] ?? 0] ?? 0
}

/** Whether the bytes equal `text`, ignoring case. `text` must be in lower case. */
function isText(bytes: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[start + i] ?? 0
    if ((byte >= 65 && byte <= 90 ? byte + 32 : byte) !== text.charCodeAt(i)) return false
  }
  return true
}

/** Parses decimal digits. Returns −1 for anything else and for numbers above the safe integers. */
function readLength(bytes: Uint8Array, start: number, end: number): number {
  let length = 0
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 48
    if (digit < 0 || digit > 9) return -1
    length = length * 10 + digit
    if (length > Number.MAX_SAFE_INTEGER) return -1
  }
  return start < end ? length : -1
}

/** Returns the number after `name=` in a list of parameters, such as `timeout=5, max=100`. */
function readParameter(bytes: Uint8Array, start: number, end: number, name: string): number | undefined {
  for (let at = start; at + name.length < end; at++) {
    if (bytes[at + name.length] !== EQUALS || !isText(bytes, at, name)) continue
    const first = at + name.length + 1
    let last = first
    while (last < end && isDigit(bytes[last])) last++
    const number = readLength(bytes, first, last)
    return number < 0 ? undefined : number
  }
  return undefined
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57
}

/** Values that most responses have; reading them makes no strings. */
const COMMON: readonly (readonly [string])[] = [['keep-alive'], ['close'], ['chunked']]

function tokens(bytes: Uint8Array, start: number, end: number): readonly string[] {
  for (const common of COMMON) {
    if (common[0].length === end - start && isText(bytes, start, common[0])) return common
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
  return text.split(',').map((token) => token.trim().toLowerCase())
}

function lastToken(bytes: Uint8Array, start: number, end: number): string | undefined {
  return tokens(bytes, start, end).at(-1)
}

function quote(bytes: Uint8Array, start: number, end: number): string {
  return JSON.stringify(Buffer.from(bytes.subarray(start, end)).toString('latin1'))
}
