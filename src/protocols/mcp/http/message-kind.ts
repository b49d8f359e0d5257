/**
 * What a message on a reply's stream is to who asked: the reply; an error that names no request, which is the reply too,
 * since nothing else was asked there; the reply to somebody else; anything that is no reply; or no JSON-RPC at all.
 */
export type MessageKind = 'reply' | 'nameless' | 'foreign' | 'other' | 'broken'

/**
 * Tells by the beginning and the end of the text where it looks as every common server writes it; only what does not is
 * parsed, since whoever the message is for parses it too.
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
  return kindOfParsed(parse(text), id)
}

/** An error that names no request, with this id. */
export function named(text: string, id: number): string {
  return JSON.stringify({ ...(parse(text) as object), id })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function kindOfParsed(parsed: unknown, id: number): MessageKind {
  if (Array.isArray(parsed) && parsed.length > 0) {
    // A batch, which a server of 2025-03-26 may send.
    const kinds = parsed.map((one: unknown) => kindOfParsed(one, id))
    return kinds.find((kind) => kind === 'broken') ?? kinds.find((kind) => kind === 'reply') ?? 'other'
  }
  if (typeof parsed !== 'object' || parsed === null) return 'broken'
  const message = parsed as Readonly<Record<string, unknown>>
  if (typeof message['method'] === 'string') return 'other'
  if (message['id'] === id) return 'result' in message || 'error' in message ? 'reply' : 'broken'
  if ('error' in message && (message['id'] === undefined || message['id'] === null)) return 'nameless'
  return 'result' in message || 'error' in message ? 'foreign' : 'broken'
}
