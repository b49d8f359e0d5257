type Headers = Readonly<Record<string, string>>

/** Returns the media type in lower case without parameters; empty when there is none. */
export function contentTypeOf(headers: Headers): string {
  const written = headers['content-type'] ?? ''
  const end = written.indexOf(';')
  return (end < 0 ? written : written.slice(0, end)).trim().toLowerCase()
}

/** Returns the bytes of an HTTP/1.1 head, as far as its fields show. The reason phrase is unknown. */
export function headBytesOf(status: number, headers: Headers): number {
  let bytes = `HTTP/1.1 ${status}\r\n\r\n`.length
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 4
  return bytes
}
