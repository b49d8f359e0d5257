import { formatValue } from '../../model/errors.ts'
import { withoutByteOrderMark } from '../json-text.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export const METHOD_NOT_FOUND = -32_601

/**
 * Maximum depth of a message. `JSON.parse` accepts any depth, but everything that later walks through the value by
 * recursion (`JSON.stringify`, the copy for another thread, code of the user) would overflow its stack.
 */
const MAX_DEPTH = 500
/** Characters above which a text is searched for its depth before it is parsed. */
const LONG = 128 * 1024

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Parses an object or a list from a server. Undefined for any other text, or when it is nested too deeply. */
export function parseForeign(text: string): unknown {
  const json = withoutByteOrderMark(text)
  // A log on standard output may have many lines, and an exception for each of them takes time.
  if (!/^\s*[[{]/.test(json)) return undefined
  const isLong = json.length > LONG
  // A long text is searched first: parsed, it could take fifty times its length in memory.
  if (isLong && isTooDeep(json)) return undefined
  try {
    const parsed: unknown = JSON.parse(json)
    return isLong || !isDeeper(parsed, MAX_DEPTH) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Returns the messages in a text: several for a batch (2025-03-26). Undefined when the text is not JSON-RPC. */
export function messagesIn(text: string): readonly JsonObject[] | undefined {
  const parsed = parseForeign(text)
  if (isMessage(parsed)) return [parsed]
  return Array.isArray(parsed) && parsed.length > 0 && parsed.every(isMessage) ? parsed : undefined
}

/**
 * Returns the id that a damaged or too deeply nested reply seems to have; undefined when the text does not begin or end
 * like a reply of common servers. Only for texts that cannot be parsed: a log in JSON may have an id too.
 */
export function idOfBroken(text: string): number | undefined {
  if (!text.startsWith('{') || parseForeign(text) !== undefined) return undefined
  const [, first, last] =
    /^\{"jsonrpc":"2\.0","id":(\d{1,10}),/.exec(text) ??
    /()"jsonrpc":"2\.0","id":(\d{1,10})\}\s*$/.exec(text.slice(-100)) ??
    []
  const id = first || last
  return id === undefined ? undefined : Number(id)
}

/** Describes a text that is not a message. */
export function formatNoMessage(text: string): string {
  const why = isTooDeep(text) ? `is nested more than ${MAX_DEPTH} levels deep` : 'is not JSON-RPC'
  return `the server sent a message that ${why}: ${formatValue(text)}`
}

/**
 * Returns an id or a progress token of this client as a number; NaN if it is neither a number nor its text. Some
 * servers return the number as a text, which the SDKs accept.
 */
export function idNumber(written: unknown): number {
  if (typeof written === 'number') return written
  return typeof written === 'string' && /^(?:0|[1-9]\d{0,9})$/.test(written) ? Number(written) : Number.NaN
}

/** A request or notification has a method; a reply has a result or an error. */
function isMessage(value: unknown): value is JsonObject {
  return isObject(value) && (typeof value['method'] === 'string' || 'result' in value || isObject(value['error']))
}

/** Returns a readable error, for example "-32602: Unknown tool". */
export function formatError(error: unknown): string {
  if (!isObject(error)) return formatValue(error)
  const { code, message } = error
  if (typeof message !== 'string' || message === '') return formatValue(code ?? error)
  return code === undefined ? message : `${formatValue(code)}: ${message}`
}

/** Whether a value is nested more than `levels` deep. For short texts this is faster than `isTooDeep`. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, levels - 1))
  for (const key in value) if (isDeeper((value as JsonObject)[key], levels - 1)) return true
  return false
}

/** Whether brackets outside of strings are nested more than `MAX_DEPTH` levels deep. Takes time linear in the text. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        break
      case BRACKET:
      case BRACE:
        if (++depth > MAX_DEPTH) return true
        break
      case BRACKET_END:
      case BRACE_END:
        depth--
        break
      default:
    }
  }
  return false
}

const QUOTE = 34
const BACKSLASH = 92
const BRACKET = 91
const BRACKET_END = 93
const BRACE = 123
const BRACE_END = 125

/** Returns the position of the quote that ends the string; the end of the text when no quote does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end
  }
  return text.length
}
