/** Servers on Windows may begin a text with it. A parser may ignore it (RFC 8259, 8.1), as browsers do. */
const BYTE_ORDER_MARK = '\uFEFF'

export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

/** Parses JSON from a server. Throws like `JSON.parse`. */
export function parseJson(text: string): unknown {
  return JSON.parse(withoutByteOrderMark(text))
}
