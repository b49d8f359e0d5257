import { lengthOf } from '../../model/body.ts'
import type { ConnectContext, Connection, Protocol, ProtocolKind } from '../../model/protocol.ts'
import { readKeys } from '../../model/readers.ts'
import type { PlanIssue } from '../../model/errors.ts'
import type { HttpRequest } from './request.ts'
import type { SpanAbout } from '../../model/trace.ts'
import { type ProtocolBuilder, builderOf } from '../protocol-builder.ts'
import { serverOf } from '../trace-field.ts'
import { isCheckCode } from '../check.ts'
import { isMadeByFunction } from '../request-body.ts'
import { asPlainBody, encodeBody } from './body-encoding.ts'
import { requestIssues } from './request-issues.ts'
import { connectSocket } from './socket-connection.ts'
import { contentOf, withBody } from './written-body.ts'

export type { HttpAnswer, HttpCheck, HttpRequest } from './request.ts'

/** HTTP/1.1 for `http:`; for `https:` the version that ALPN selects, preferring HTTP/2. Does not follow redirects. */
export const httpProtocol: Protocol<HttpRequest> = {
  name: 'http',
  healthRead: {},
  usualFormat: 'text',
  work: {
    read: (bytes, format) => ({ path: `/read?bytes=${bytes}&format=${format}` }),
    write: (body, format) => ({ method: 'POST', path: '/write', headers: contentOf(format), body }),
    echo: (body, format) => ({ method: 'POST', path: '/echo', headers: contentOf(format), body }),
    stream: (messages, bytes, format) => ({
      path: `/stream?messages=${messages}&bytes=${bytes}&format=${format}`,
      stream: 'sse',
    }),
  },
  issuesOf: requestIssues,
  needsInline: ({ check, body }) => isCheckCode(check) || isMadeByFunction(body),
  asData(request) {
    const body = asPlainBody(request.body)
    return body === undefined || body === request.body ? request : { ...request, body }
  },
  withBody,
  describe: ({ method = 'GET', path }, target) => `${method} ${pathUnder(target, path)}`,
  span: spanOf,
  messageBytes: ({ body }) => (body === undefined ? 0 : lengthOf(encodeBody(body).body)),
  async connect(target: URL, context: ConnectContext): Promise<Connection<HttpRequest>> {
    if (target.protocol === 'http:') return connectSocket(target, context)
    // Loaded on demand, because most runs need no HTTP/2.
    const { connectSecure } = await import('./secure-connection.ts')
    return connectSecure(target, context)
  },
}

/** Omits the query of the target, which every request gets. */
function pathUnder(target: URL | undefined, path: string | undefined): string {
  if (target === undefined) return path ?? '/'
  return path === undefined ? target.pathname : target.pathname.replace(/\/$/, '') + path
}

/** Follows the semantic conventions for HTTP clients. The name omits the path, which may differ for every user. */
function spanOf({ method = 'GET', path }: HttpRequest, target: URL): SpanAbout {
  const url = new URL(target)
  // Spans are cleaned when they are exported; this removes what the conventions exclude.
  url.username = url.password = url.hash = ''
  const full = path === undefined ? url.href : url.href.replace(/\/?(?:\?.*)?$/, () => path)
  return {
    name: method,
    attributes: { 'http.request.method': method, ...serverOf(target), 'url.full': full },
  }
}

const httpKind: ProtocolKind<HttpRequest, 'http'> = {
  kind: 'http',
  schemes: { 'http:': 80, 'https:': 443 },
  optionIssues(options, key) {
    const issues: PlanIssue[] = []
    readKeys({}, options, { prefix: `${key}.`, noun: 'an option of http' }, issues)
    return issues
  },
  create: () => httpProtocol,
}

/** Selects HTTP. There are no options yet, so `protocol: http()` equals `protocol: 'http'`. */
export const http: ProtocolBuilder<Readonly<Record<never, never>>, HttpRequest, 'http'> = builderOf(httpKind)
