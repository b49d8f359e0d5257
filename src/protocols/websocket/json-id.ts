const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const LETTER_I = 0x69
const LETTER_D = 0x64
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** An id that is unique among the requests in flight. */
export type JsonId = string | number

/** Position of the `id` in a JSON object. */
export interface IdPlace {
  /** Offset after the opening brace of the object. */
  readonly inside: number
  /** Start and end of the value of `id`; undefined when the object has no `id`. */
  readonly value: readonly [start: number, end: number] | undefined
  /** Whether the object has at least one member. */
  readonly hasMembers: boolean
}

/**
 * Finds the `id` of a JSON object in UTF-8 without parsing the bytes after it: messages may be long, and most peers
 * write `id` near the start. Returns undefined when the text does not begin with an object.
 */
export function idPlace(json: Uint8Array): IdPlace | undefined {
  let at = skipBlanks(json, 0)
  if (json[at] !== OPEN_BRACE) return undefined
  const inside = at + 1
  at = skipBlanks(json, inside)
  const hasMembers = json[at] === QUOTE
  while (json[at] === QUOTE) {
    const isId = json[at + 1] === LETTER_I && json[at + 2] === LETTER_D && json[at + 3] === QUOTE
    at = skipBlanks(json, endOfString(json, at))
    if (json[at] !== COLON) break
    const start = skipBlanks(json, at + 1)
    const end = endOfValue(json, start)
    if (isId) return { inside, value: [start, end], hasMembers }
    at = skipBlanks(json, end)
    if (json[at] !== COMMA) break
    at = skipBlanks(json, at + 1)
  }
  return { inside, value: undefined, hasMembers }
}

/**
 * Returns the `id` of a JSON object; undefined when it has no `id` that is a string or a number. `whole`: whether
 * `text` is the whole object, and not only its beginning.
 */
export function idIn(text: Buffer, whole = true): JsonId | undefined {
  const json = beginsWithMark(text) ? text.subarray(BYTE_ORDER_MARK.length) : text
  const value = idPlace(json)?.value
  if (value === undefined || (!whole && value[1] === json.length)) return undefined
  try {
    const id: unknown = JSON.parse(json.toString('utf8', ...value))
    return typeof id === 'string' || typeof id === 'number' ? id : undefined
  } catch {
    return undefined
  }
}

function beginsWithMark(text: Buffer): boolean {
  return text[0] === BYTE_ORDER_MARK[0] && text.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
}

function skipBlanks(json: Uint8Array, from: number): number {
  let at = from
  while (isBlank(json[at])) at++
  return at
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Returns the offset after the closing quote of the string that begins at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  for (let quote = json.indexOf(QUOTE, start + 1); quote >= 0; quote = json.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0
    while (json[quote - 1 - backslashes] === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote + 1
  }
  return json.length
}

function endOfValue(json: Uint8Array, start: number): number {
  let depth = 0
  let at = start
  while (at < json.length) {
    const byte = json[at]
    if (byte === QUOTE) {
      at = endOfString(json, at)
      if (depth === 0) return at
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    } else if (depth === 0 && (byte === COMMA || isBlank(byte))) return at
    at++
  }
  return at
}
