import { idNumber, parseForeign } from '../json-rpc.ts'

/**
 * Kind of a message on the reply stream of a request:
 * `reply`: the reply to the request; `nameless`: an error without an id, which is the reply too, because the stream
 * belongs to one request; `foreign`: the reply to another request; `other`: not a reply; `broken`: not JSON-RPC.
 */
export type MessageKind = 'reply' | 'nameless' | 'foreign' | 'other' | 'broken'

/**
 * Classifies a message. It compares the start and end of the text with the forms that common servers write, and parses
 * only other texts, because the receiver of the message parses it again.
 */
export function kindOfMessage(text: string, id: number): MessageKind {
  if (text.startsWith('{"method":"notifications/') || text.startsWith('{"jsonrpc":"2.0","method":"notifications/')) {
    return 'other'
  }
  if (text.startsWith('{"result":') || text.startsWith('{"error":')) {
    if (text.endsWith(`"id":${id}}`)) return 'reply'
  } else if (
    text.startsWith(`{"jsonrpc":"2.0","id":${id},"result":`) ||
    text.startsWith(`{"jsonrpc":"2.0","id":${id},"error":`)
  ) {
    return 'reply'
  }
  return kindOfParsed(parseForeign(text), id)
}

/** Adds this id to an error without an id. */
export function named(text: string, id: number): string {
  return JSON.stringify({ ...(parseForeign(text) as object), id })
}

function kindOfParsed(parsed: unknown, id: number): MessageKind {
  if (Array.isArray(parsed) && parsed.length > 0) {
    // A server of 2025-03-26 may send a batch.
    const kinds = parsed.map((one: unknown) => kindOfParsed(one, id))
    return kinds.find((kind) => kind === 'broken') ?? kinds.find((kind) => kind === 'reply') ?? 'other'
  }
  if (typeof parsed !== 'object' || parsed === null) return 'broken'
  const message = parsed as Readonly<Record<string, unknown>>
  if (typeof message['method'] === 'string') return 'other'
  if (idNumber(message['id']) === id) return 'result' in message || 'error' in message ? 'reply' : 'broken'
  if ('error' in message && (message['id'] === undefined || message['id'] === null)) return 'nameless'
  return 'result' in message || 'error' in message ? 'foreign' : 'broken'
}
