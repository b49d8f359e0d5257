import { isRecord } from '../../model/plan-readers.ts'
import type { Answer } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { CookieJar } from './cookie-jar.ts'
import type { UserAgent } from './user-agent.ts'

type Headers = Readonly<Record<string, string>>

export interface BrowserOptions {
  /** Of the target: the paths of requests are appended to it. */
  readonly basePath: string
  /** The plan's, which a request's own take the place of. */
  readonly headers: Headers
}

/** Keeps the cookies of a journey over HTTP, and sends objects as JSON. */
export class Browser implements UserAgent {
  readonly #jar = new CookieJar()
  readonly #basePath: string
  readonly #planCookie: string
  #path = ''

  constructor({ basePath, headers }: BrowserOptions) {
    this.#basePath = basePath.replace(/\/$/, '')
    this.#planCookie = headers[nameOf(headers, 'cookie')] ?? ''
  }

  send(request: AnyRequest): AnyRequest {
    // What is no request is left for who checks it.
    if (!isRecord(request) || !isHeaders(request['headers'])) return request
    this.#path = this.#pathOf(request['path'])
    const headers = request['headers'] ?? {}
    const cookieName = nameOf(headers, 'cookie')
    const cookie = this.#jar.headerFor(this.#path, headers[cookieName] ?? this.#planCookie)
    const json = jsonOf(request['body'])
    const typed = json !== undefined && headers[nameOf(headers, 'content-type')] === undefined
    return {
      ...request,
      // Also where the journey does not look at an answer, the next step may need its cookies.
      read: request.read ?? 'headers',
      headers: {
        ...headers,
        ...(typed && { 'content-type': 'application/json' }),
        ...(cookie !== '' && { [cookieName]: cookie }),
      },
      ...(json !== undefined && { body: json }),
    }
  }

  take({ setCookie = [] }: Answer): void {
    if (setCookie.length > 0) this.#jar.take(setCookie, this.#path)
  }

  #pathOf(path: unknown): string {
    const [own = ''] = typeof path === 'string' ? path.split('?', 1) : []
    return this.#basePath + own || '/'
  }
}

function isHeaders(headers: unknown): headers is Headers | undefined {
  return (
    headers === undefined || (isRecord(headers) && Object.values(headers).every((value) => typeof value === 'string'))
  )
}

/** The name as it is written there, for names of headers have no case. */
function nameOf(headers: Headers, name: string): string {
  return Object.keys(headers).find((each) => each.toLowerCase() === name) ?? name
}

/** The text of a body that was written as an object or a list; undefined for any other. */
function jsonOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || ArrayBuffer.isView(body) || 'chunks' in body) return undefined
  return JSON.stringify(body)
}
