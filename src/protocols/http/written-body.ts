import type { Body, MessageFormat } from '../../model/body.ts'
import type { HttpRequest } from '../../model/requests.ts'

type Headers = NonNullable<HttpRequest['headers']>

/** Methods whose requests are written with a body. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** RFC 9110, 8.3: what the body is. Frozen, and always the same, so that they are encoded once. */
const CONTENT: Readonly<Record<MessageFormat, Headers>> = {
  text: Object.freeze({ 'content-type': 'text/plain; charset=utf-8' }),
  binary: Object.freeze({ 'content-type': 'application/octet-stream' }),
}

/** The headers of a request as it was written, with the content type of a format. */
const completed: Readonly<Record<MessageFormat, WeakMap<HttpRequest, Headers>>> = {
  text: new WeakMap(),
  binary: new WeakMap(),
}

export function contentOf(format: MessageFormat): Headers {
  return CONTENT[format]
}

/** The request with this body, where its method wants one and none was written; else the request as it is. */
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
