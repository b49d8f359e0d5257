import { wordValue } from '../../model/errors.ts'
import type { Answer, ErrorClass } from '../../model/protocol.ts'
import type { McpRequest } from '../../model/requests.ts'
import { isObject, wordError } from './json-rpc.ts'
import type { JsonObject } from './json-rpc.ts'

export interface Failure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** Of a JSON-RPC error. */
  readonly status?: number
}

/** What is wrong with a reply; undefined when it is a good one. `nonce`: what it must hold, if anything. */
export function failureOf(reply: JsonObject, text: string, nonce: string | undefined): Failure | undefined {
  const { error, result } = reply
  if (error !== undefined && error !== null) {
    const status = isObject(error) && typeof error['code'] === 'number' ? { status: error['code'] } : {}
    return { errorClass: 'jsonrpc', message: wordError(error), ...status }
  }
  if (isObject(result)) {
    if (result['isError'] === true) return { errorClass: 'tool-error', message: firstText(result) ?? 'the tool failed' }
    if (result['resultType'] === 'input_required') {
      const message = 'the server asks for more input before it answers, which a load test has not got'
      return { errorClass: 'protocol', message }
    }
  }
  if (nonce !== undefined && !text.includes(nonce)) {
    const message = `the reply does not hold ${wordValue(nonce)}, which this call alone had sent`
    return { errorClass: 'misrouted', message }
  }
  return undefined
}

/**
 * What a request that says `read` gets: the first text of a tool, a resource or a prompt, every text as `messages`, and
 * the whole result as `json` if that is asked for. A result that has no texts is its own text.
 */
export function answerOf(result: unknown, read: NonNullable<McpRequest['read']>): Answer {
  const texts = textsOf(result)
  const text = texts[0] ?? JSON.stringify(result)
  return { text, messages: texts.length === 0 ? [text] : texts, ...(read === 'json' && { json: result }) }
}

function firstText(result: JsonObject): string | undefined {
  return textsOf(result)[0]
}

/** Tools have `content`, resources `contents`, prompts `messages` with a `content` each. */
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
