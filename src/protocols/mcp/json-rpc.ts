import { formatValue } from '../../model/errors.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export const METHOD_NOT_FOUND = -32_601

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the messages in a text: several for a batch (2025-03-26). Undefined when the text is not JSON-RPC. */
export function messagesIn(text: string): readonly JsonObject[] | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (isMessage(parsed)) return [parsed]
  return Array.isArray(parsed) && parsed.length > 0 && parsed.every(isMessage) ? parsed : undefined
}

/** A request or notification has a method; a reply has a result or an error. */
function isMessage(value: unknown): value is JsonObject {
  return isObject(value) && (typeof value['method'] === 'string' || 'result' in value || isObject(value['error']))
}

/** Returns a readable error, for example "-32602: Unknown tool". */
export function formatError(error: unknown): string {
  if (!isObject(error)) return formatValue(error)
  const { code, message } = error
  return typeof message === 'string' && message !== '' ? `${String(code)}: ${message}` : String(code)
}
