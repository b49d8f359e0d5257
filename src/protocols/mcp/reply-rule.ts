import { formatValue } from '../../model/errors.ts'
import type { Answer } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { StandardSchema } from '../../model/standard-schema.ts'
import { schemaFailure } from '../schema-check.ts'
import { otherNonceIn } from './nonce.ts'
import type { McpRequest } from './request.ts'
import { isObject, formatError } from './json-rpc.ts'
import type { JsonObject } from './json-rpc.ts'

export interface Failure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** Code of the JSON-RPC error. */
  readonly status?: number
}

/**
 * Returns why a reply is a failure; undefined for a success. `nonce`: text that the reply must contain, if any. `check`:
 * schema of the result, if any.
 */
export function failureOf(
  reply: JsonObject,
  text: string,
  { nonce, check }: { readonly nonce: string | undefined; readonly check?: StandardSchema | undefined },
): Failure | undefined {
  const { error, result } = reply
  if (error !== undefined && error !== null) {
    const status = isObject(error) && typeof error['code'] === 'number' ? { status: error['code'] } : {}
    return { errorClass: 'jsonrpc', message: formatError(error), ...status }
  }
  if (isObject(result)) {
    if (result['isError'] === true) return { errorClass: 'tool-error', message: firstText(result) ?? 'the tool failed' }
    if (result['resultType'] === 'input_required') {
      const message = 'the server requested more input, which a load test cannot provide'
      return { errorClass: 'protocol', message }
    }
  }
  if (nonce !== undefined && !text.includes(nonce)) {
    const other = otherNonceIn(text, nonce)
    if (other !== undefined) return { errorClass: 'misrouted', message: swapped(nonce, other) }
    const message = `the reply does not contain ${formatValue(nonce)}, which this call sent (nonce: false switches this check off)`
    return { errorClass: 'check', message }
  }
  const message = check && schemaFailure(check, checkedPartOf(result))
  return message === undefined ? undefined : { errorClass: 'check', message }
}

/** The structured content of a tool is what its output schema describes. */
function checkedPartOf(result: unknown): unknown {
  return isObject(result) && result['structuredContent'] !== undefined ? result['structuredContent'] : result
}

function swapped(own: string, other: string): string {
  return `the reply contains ${formatValue(other)}, which another call sent, instead of ${formatValue(own)}`
}

/**
 * Returns the answer for a request with `read`: the first text of a tool, resource or prompt as `text`, every text as
 * `messages`, and for `read: 'json'` the whole result as `json`. For a result without texts, `text` is its JSON.
 */
export function answerOf(result: unknown, read: NonNullable<McpRequest['read']>): Answer {
  const texts = textsOf(result)
  const text = texts[0] ?? JSON.stringify(result)
  return { text, messages: texts.length === 0 ? [text] : texts, ...(read === 'json' && { json: result }) }
}

function firstText(result: JsonObject): string | undefined {
  return textsOf(result)[0]
}

/** Tools return `content`, resources `contents`, and prompts `messages` with one `content` each. */
function textsOf(result: unknown): readonly string[] {
  if (!isObject(result)) return []
  const { content, contents, messages } = result
  const parts: unknown = content ?? contents ?? messages
  if (!Array.isArray(parts)) return []
  return parts.flatMap((part: unknown) => {
    const inner = isObject(part) && isObject(part['content']) ? part['content'] : part
    return isObject(inner) && typeof inner['text'] === 'string' ? [inner['text']] : []
  })
}
