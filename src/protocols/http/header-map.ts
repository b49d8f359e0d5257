/** Header values by lower-case name. The values of a repeated header are joined by a comma (RFC 9110, 5.3). */
export type HeaderMap = Readonly<Record<string, string>>

/** Header fields of a response. */
export interface HeaderFields {
  readonly headers: HeaderMap
  /** All `set-cookie` lines, which must not be joined by a comma (RFC 6265, 3). */
  readonly setCookie: readonly string[]
}

/** Parses the headers of a received head: a status line, then `name: value` lines. */
export function headersOfHead(head: string): HeaderFields {
  return joinHeaders(linesOf(head))
}

export function joinHeaders(pairs: Iterable<readonly [name: string, value: string]>): HeaderFields {
  // No prototype, because a server may send a header named `constructor`.
  const headers: Record<string, string> = Object.create(null)
  const setCookie: string[] = []
  for (const [written, value] of pairs) {
    const name = written.toLowerCase()
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before}, ${value}`
    if (name === 'set-cookie') setCookie.push(value)
  }
  return { headers, setCookie }
}

/** Headers as `node:http2` parses them. */
export type ReceivedHeaders = Readonly<Record<string, number | string | readonly string[] | undefined>>

/** Yields each field of parsed headers, without the pseudo-headers of HTTP/2. */
export function* pairsOf(fields: ReceivedHeaders): Generator<readonly [name: string, value: string]> {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name.startsWith(':')) continue
    for (const one of typeof value === 'object' ? value : [value]) yield [name, `${one}`]
  }
}

function* linesOf(head: string): Generator<readonly [name: string, value: string]> {
  let start = head.indexOf('\r\n') + 2
  for (let end = head.indexOf('\r\n', start); end > start; end = head.indexOf('\r\n', start)) {
    const colon = head.indexOf(':', start)
    yield [head.slice(start, colon), head.slice(colon + 1, end).trim()]
    start = end + 2
  }
}
