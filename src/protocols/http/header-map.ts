/** Header names in lower case; a name that comes again has its values joined by a comma, as RFC 9110 (5.3) reads them. */
export type HeaderMap = Readonly<Record<string, string>>

/** The fields of a response. */
export interface HeaderFields {
  readonly headers: HeaderMap
  /** The one field whose values cannot be joined by a comma: every line of it (RFC 6265, 3). */
  readonly setCookie: readonly string[]
}

/** The headers of a head as it came: a status line, then `name: value` lines. */
export function headersOfHead(head: string): HeaderFields {
  return joinHeaders(linesOf(head))
}

export function joinHeaders(pairs: Iterable<readonly [name: string, value: string]>): HeaderFields {
  // Without a prototype: a server may name a header `constructor`.
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

function* linesOf(head: string): Generator<readonly [name: string, value: string]> {
  let start = head.indexOf('\r\n') + 2
  for (let end = head.indexOf('\r\n', start); end > start; end = head.indexOf('\r\n', start)) {
    const colon = head.indexOf(':', start)
    yield [head.slice(start, colon), head.slice(colon + 1, end).trim()]
    start = end + 2
  }
}
