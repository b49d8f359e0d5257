import { isRecord } from '../../model/plan-readers.ts'
import type { Pieces } from './expression.ts'

/** How a value is written into the text around it. */
export type Writer = (value: unknown) => string

/** Where in a request a text stands decides how each of its templates is written. */
export type Place = (pieces: Pieces) => readonly Writer[]

/** As it is: JSON where it is an object or a list, nothing where there is no value. */
export const plainPlace: Place = ({ holes }) => holes.map(() => textOf)

/**
 * A path. What stands within it is percent-encoded, `/` and all: it is one part. What the path begins with is a path of
 * its own, from a log perhaps, in which only that is encoded which no path may hold.
 */
export const pathPlace: Place = ({ literals, holes }) =>
  holes.map((_, index) => (index === 0 && literals[0] === '' ? wholePath : percentEncoded))

/**
 * A header. RFC 9110, 5.5: line breaks and other control characters become blanks. A text beyond Latin-1 goes as UTF-8,
 * of which a header's characters are the bytes.
 */
export const headerPlace: Place = ({ holes }) => holes.map(() => headerText)

/**
 * A body. In JSON a value within quotes is escaped; outside of them it is written as JSON, and a text that reads as a
 * number, `true`, `false` or `null` as that, because a CSV file holds texts only. A form's values are percent-encoded.
 * Anything else takes values as they are. JSON is what its content type says is, or what is an object or a list of JSON.
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

/** A setup may return what is no JSON; a template that asks for it gets nothing, and the run goes on. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return typeof value === 'bigint' ? String(value) : 'null'
  }
}

function percentEncoded(value: unknown): string {
  // Half a surrogate pair would throw.
  return encodeURIComponent(textOf(value).toWellFormed())
}

const NOT_IN_PATH = /[^\u0021\u0022\u0024-\u007e]+/g

function wholePath(value: unknown): string {
  const path = textOf(value).toWellFormed().replaceAll(NOT_IN_PATH, encodeURIComponent)
  return path.startsWith('/') ? path : `/${path}`
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
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

/** Which templates stand within the quotes of a JSON text. */
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
