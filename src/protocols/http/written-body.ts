import type { Body, MessageFormat } from '../../model/body.ts'
import type { HttpRequest } from './request.ts'

type Headers = NonNullable<HttpRequest['headers']>

/** Methods that get a generated body. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** Content-type headers (RFC 9110, 8.3). Each object is frozen and shared, so that it is encoded once. */
const CONTENT: Readonly<Record<MessageFormat, Headers>> = {
  text: Object.freeze({ 'content-type': 'text/plain; charset=utf-8' }),
  binary: Object.freeze({ 'content-type': 'application/octet-stream' }),
}

/** Headers of a request, completed with the content type of a format. */
const completed: Readonly<Record<MessageFormat, WeakMap<HttpRequest, Headers>>> = {
  text: new WeakMap(),
  binary: new WeakMap(),
}

export function contentOf(format: MessageFormat): Headers {
  return CONTENT[format]
}

/** Adds the body to a request whose method takes one and that has none. Returns any other request unchanged. */
export function withBody(request: HttpRequest, body: Body, format: MessageFormat): HttpRequest {
  if (request.body !== undefined || !WITH_BODY.has(request.method ?? 'GET')) return request
  return { ...request, headers: headersOf(request, format), body }
}

function headersOf(request: HttpRequest, format: MessageFormat): Headers {
  const { headers } = request
  if (headers === undefined) return CONTENT[format]
  const known = completed[format].get(request)
  if (known !== undefined) return known
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const made = Object.freeze(typed ? { ...headers } : { ...CONTENT[format], ...headers })
  completed[format].set(request, made)
  return made
}
