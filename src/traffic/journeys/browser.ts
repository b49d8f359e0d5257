import { isRecord } from '../../model/readers.ts'
import type { Answer } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { CookieJar } from './cookie-jar.ts'
import type { UserAgent } from './user-agent.ts'

type Headers = Readonly<Record<string, string>>

export interface BrowserOptions {
  /** Name of the target's host, without a port; a `host` header of the plan replaces it. */
  readonly host: string
  /** Path of the target; request paths are appended to it. */
  readonly basePath: string
  /** Headers of the plan; the headers of a request override them. */
  readonly headers: Headers
}

/** Stores the cookies of a journey over HTTP and sends them with its steps. */
export class Browser implements UserAgent {
  readonly #jar: CookieJar
  readonly #basePath: string
  readonly #planCookie: string
  #path = ''

  constructor({ host, basePath, headers }: BrowserOptions) {
    const named = headers[nameOf(headers, 'host')]?.replace(/:\d+$/, '')
    this.#jar = new CookieJar(named ?? host)
    this.#basePath = basePath.replace(/\/$/, '')
    this.#planCookie = headers[nameOf(headers, 'cookie')] ?? ''
  }

  send(request: AnyRequest): AnyRequest {
    // The request check reports values that are not requests.
    if (!isRecord(request) || !isHeaders(request['headers'])) return request
    this.#path = this.#pathOf(request['path'])
    const headers = request['headers'] ?? {}
    const cookieName = nameOf(headers, 'cookie')
    const cookie = this.#jar.headerFor(this.#path, headers[cookieName] ?? this.#planCookie)
    return {
      ...request,
      // Even if the journey ignores a response, the next step may need its cookies.
      read: request.read ?? 'headers',
      headers: { ...headers, ...(cookie !== '' && { [cookieName]: cookie }) },
    }
  }

  handle({ setCookie = [] }: Answer): void {
    if (setCookie.length > 0) this.#jar.store(setCookie, this.#path)
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

/** Returns the name with the case used in `headers`, because header names are case-insensitive. */
function nameOf(headers: Headers, name: string): string {
  return Object.keys(headers).find((each) => each.toLowerCase() === name) ?? name
}
