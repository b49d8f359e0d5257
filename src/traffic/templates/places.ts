import { isRecord } from '../../model/readers.ts'
import type { Pieces } from './expression.ts'

/** Writes a value into the surrounding text. */
export type Writer = (value: unknown) => string

/** Chooses a writer for each template by its position in the request. */
export type Place = (pieces: Pieces) => readonly Writer[]

/** Writes values unchanged: objects and arrays as JSON, a missing value as an empty string. */
export const plainPlace: Place = ({ holes }) => holes.map(() => textOf)

/**
 * Writes a path. A template within the path becomes one segment, percent-encoded including `/`. A template at the start
 * is a whole path, for example from a log; only characters that no path may contain are encoded in it.
 */
export const pathPlace: Place = ({ literals, holes }) =>
  holes.map((_, index) => (index === 0 && literals[0] === '' ? wholePath : percentEncoded))

/**
 * Writes a header. Line breaks and other control characters become spaces (RFC 9110, 5.5). Text beyond Latin-1 is sent
 * as UTF-8, with each byte as one character of the header.
 */
export const headerPlace: Place = ({ holes }) => holes.map(() => headerText)

/**
 * Writes a body. In JSON, a value within quotes is escaped, and a value outside quotes is written as JSON. There a
 * string that reads as a number, `true`, `false` or `null` becomes that value, because a CSV file contains only
 * strings. In a form, values are percent-encoded. In any other body, values are written unchanged. A body is JSON if
 * its content type says so, or if it is a JSON object or array.
 */
export function bodyPlace(contentType: string): Place {
  return (pieces) => {
    if (/\bx-www-form-urlencoded\b/i.test(contentType)) return pieces.holes.map(() => percentEncoded)
    const quoted = quotedHoles(pieces)
    if (!/\bjson\b/i.test(contentType) && !isJson(pieces, quoted)) return plainPlace(pieces)
    return quoted.map((within) => (within ? withinQuotes : asJson))
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return value === undefined || value === null ? '' : jsonOf(value)
}

/** A setup may return a value that JSON cannot represent. The template then renders `null`, and the run continues. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return typeof value === 'bigint' ? String(value) : 'null'
  }
}

function percentEncoded(value: unknown): string {
  // A lone surrogate would make `encodeURIComponent` throw.
  return encodeURIComponent(textOf(value).toWellFormed())
}

const NOT_IN_PATH = /[^\u0021\u0022\u0024-\u007e]+/g

function wholePath(value: unknown): string {
  const path = textOf(value).toWellFormed().replaceAll(NOT_IN_PATH, encodeURIComponent)
  return path.startsWith('/') ? path : `/${path}`
}

// oxlint-disable-next-line no-control-regex -- the pattern must match control characters
const CONTROL = /[\0-\x08\x0A-\x1F\x7F]/g

function headerText(value: unknown): string {
  const line = textOf(value).replaceAll(CONTROL, ' ')
  return /[^\0-\xFF]/.test(line) ? Buffer.from(line).toString('latin1').replaceAll(CONTROL, ' ') : line
}

function withinQuotes(value: unknown): string {
  return JSON.stringify(textOf(value)).slice(1, -1)
}

const JSON_WORD = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

function asJson(value: unknown): string {
  if (typeof value === 'string' && JSON_WORD.test(value)) return value
  return jsonOf(value)
}

/** Returns which templates are within the quotes of a JSON text. */
function quotedHoles({ literals, holes }: Pieces): readonly boolean[] {
  let within = false
  return holes.map((_, index) => {
    const literal = literals[index] ?? ''
    for (let at = 0; at < literal.length; at++) {
      if (literal[at] === '"') within = !within
      else if (literal[at] === '\\' && within) at++
    }
    return within
  })
}

function isJson({ literals }: Pieces, quoted: readonly boolean[]): boolean {
  const text = literals.map((literal, index) => literal + (quoted[index] === false ? '0' : '')).join('')
  try {
    const json: unknown = JSON.parse(text)
    return isRecord(json) || Array.isArray(json)
  } catch {
    return false
  }
}
