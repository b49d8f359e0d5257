/** Header names in lower case; a name that comes again has its values joined by a comma, as RFC 9110 (5.3) reads them. */
export type HeaderMap = Readonly<Record<string, string>>

/** The headers of a head as it came: a status line, then `name: value` lines. */
export function headersOfHead(head: string): HeaderMap {
  const lines = head.split('\r\n').slice(1)
  return joinHeaders(
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()] as const] : []
    }),
  )
}

export function joinHeaders(pairs: Iterable<readonly [name: string, value: string]>): HeaderMap {
  // Without a prototype: a server may name a header `constructor`.
  const headers: Record<string, string> = Object.create(null)
  for (const [written, value] of pairs) {
    const name = written.toLowerCase()
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return headers
}
