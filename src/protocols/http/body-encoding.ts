import { NOT_SHOWN } from '../../model/errors.ts'
import { createHash } from 'node:crypto'
import { isGenerated } from '../../model/body.ts'
import type { Body } from '../../model/body.ts'
import { isPlainObject } from '../../model/plain-object.ts'
import { isError } from '../../model/thrown.ts'
import { withRemedy } from '../../model/readers.ts'
import type { Reader } from '../../model/readers.ts'
import { isWrittenBody } from '../request-body.ts'

/** Objects and arrays are sent as JSON. */
type JsonBody = Readonly<Record<string, unknown>> | readonly unknown[]

/** What a user may write as a body: what is sent unchanged, or a value that is encoded with its content type. */
export type HttpBody = Body | JsonBody | URLSearchParams | FormData

/** Marks a form that was converted to plain data, so that it can be passed to generator threads. */
const FORM = 'describe-load/form'

/** A form as plain data. Templates may fill in values of any type before it is encoded. */
interface PlainForm {
  readonly [FORM]: 'urlencoded' | 'multipart'
  readonly fields: readonly (readonly [name: unknown, value: unknown])[]
}

interface EncodedBody {
  readonly body: Body
  /** Sent unless the plan or the request has a content type. Undefined for what is sent unchanged. */
  readonly contentType?: string
}

/** Reads the body of an HTTP request. */
export const httpBody: Reader<HttpBody> = (value, key, issues) => {
  if (isWrittenBody(value) || value instanceof URLSearchParams) return value
  const fields = value instanceof FormData ? [...value] : isPlainForm(value) ? value.fields : []
  if (fields.some(([, field]) => field instanceof Blob)) {
    const remedy = 'send one file as the whole body, as bytes: body: await file.bytes()'
    issues.push({ key, value: NOT_SHOWN, rule: 'must not contain files: a form may contain strings only', remedy })
    return undefined
  }
  if (value instanceof FormData) return value
  const failure = isPlain(value) ? jsonFailure(value) : undefined
  if (isPlain(value) && failure === undefined) return value
  const rule =
    failure === undefined
      ? 'must be a string, a Uint8Array, an object or array (sent as JSON), URLSearchParams or FormData'
      : `must have a JSON form: ${failure}`
  issues.push({ key, value: failure === undefined ? value : NOT_SHOWN, rule, ...withRemedy(remedyFor(value)) })
  return undefined
}

/** Returns a body that can be passed to generator threads; forms become plain data. */
export function asPlainBody(body: HttpBody | undefined): HttpBody | undefined {
  if (body instanceof URLSearchParams) return plainForm('urlencoded', body)
  return body instanceof FormData ? plainForm('multipart', body) : body
}

/** Encodes a body. The same body always gives the same bytes. */
export function encodeBody(body: HttpBody): EncodedBody {
  if (isSentUnchanged(body)) return { body }
  const plain = asPlainBody(body)
  if (!isPlainForm(plain)) return { body: JSON.stringify(plain), contentType: 'application/json' }
  const fields = plain.fields.map(([name, value]): [string, string] => [textOf(name), textOf(value)])
  if (plain[FORM] === 'multipart') return encodeMultipart(fields)
  const text = new URLSearchParams(fields).toString()
  return { body: text, contentType: 'application/x-www-form-urlencoded;charset=UTF-8' }
}

/** Encodes as browsers do (RFC 7578; WHATWG HTML, "multipart/form-data encoding algorithm"). */
function encodeMultipart(fields: readonly (readonly [string, string])[]): EncodedBody {
  // Derived from the content, so that a seed repeats a run byte for byte.
  const boundary = `describe-load-${createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 32)}`
  const parts = fields.map(([name, value]) => {
    const quoted = withCrLf(name).replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
    return `--${boundary}\r\ncontent-disposition: form-data; name="${quoted}"\r\n\r\n${withCrLf(value)}\r\n`
  })
  return {
    body: `${parts.join('')}--${boundary}--\r\n`,
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : JSON.stringify(value)
}

function withCrLf(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n')
}

function plainForm(encoding: PlainForm[typeof FORM], form: URLSearchParams | FormData): JsonBody {
  return { [FORM]: encoding, fields: [...form] } satisfies PlainForm
}

function isPlainForm(body: unknown): body is PlainForm {
  return typeof body === 'object' && body !== null && FORM in body
}

function isSentUnchanged(value: unknown): value is Body {
  if (typeof value === 'string' || value instanceof Uint8Array) return true
  return isGenerated(value)
}

function isPlain(value: unknown): value is JsonBody {
  return isPlainObject(value)
}

/** `toJSON` and getters are code of the user, which may throw. */
function jsonFailure(value: JsonBody): string | undefined {
  try {
    JSON.stringify(value, (_, held: unknown) => {
      if (typeof held === 'function' || typeof held === 'symbol') throw new TypeError(`it contains a ${typeof held}`)
      return held
    })
    return undefined
  } catch (error) {
    return isError(error) ? (error.message.split('\n')[0] ?? '') : 'it throws'
  }
}

function remedyFor(value: unknown): string | undefined {
  if (value instanceof Map) return 'write body: Object.fromEntries(map)'
  if (value instanceof ArrayBuffer) return 'write body: new Uint8Array(buffer)'
  if (value instanceof Blob) return 'write body: await blob.bytes()'
  return typeof value === 'number' || typeof value === 'boolean' ? `write body: '${value}'` : undefined
}
