type Headers = Readonly<Record<string, string>>

/** The media type without its parameters, in lower case; empty when there is none. */
export function contentTypeOf(headers: Headers): string {
  const written = headers['content-type'] ?? ''
  const end = written.indexOf(';')
  return (end < 0 ? written : written.slice(0, end)).trim().toLowerCase()
}

/** What a head takes over HTTP/1.1, as far as its fields tell. */
export function headBytesOf(status: number, headers: Headers): number {
  let bytes = `HTTP/1.1 ${status}\r\n\r\n`.length
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 4
  return bytes
}
