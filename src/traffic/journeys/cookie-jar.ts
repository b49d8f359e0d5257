import { realTime } from '../../model/real-time.ts'
import type { Ms } from '../../model/units.ts'

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** On the wall's clock; Infinity for one that lasts as long as the journey. */
  readonly expiresMs: Ms
}

/**
 * The cookies of one user of one target, after RFC 6265 as far as that goes: names, paths, ends. `Domain` says nothing
 * where there is one host only; `Secure` cookies are sent over plain HTTP too, because what is loaded is often the port
 * behind whoever speaks TLS.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  /** `lines` are those of `set-cookie`, in the answer to a request to `path`. */
  take(lines: readonly string[], path: string): void {
    for (const line of lines) {
      const cookie = parse(line, path)
      if (cookie === undefined) continue
      const key = `${cookie.path} ${cookie.name}`
      if (cookie.expiresMs <= realTime.wallNow()) this.#cookies.delete(key)
      // Set again it keeps its place: a map does so by itself.
      else this.#cookies.set(key, cookie)
    }
  }

  /** What a request to `path` sends along with its own cookies, as a header's value; an empty text for none. */
  headerFor(path: string, own: string): string {
    const named = new Set(own.split(';').map((pair) => pair.split('=', 1)[0]?.trim()))
    const nowMs = realTime.wallNow()
    const sent = [...this.#cookies.values()]
      .filter((cookie) => cookie.expiresMs > nowMs && reaches(cookie.path, path) && !named.has(cookie.name))
      .toSorted((one, other) => other.path.length - one.path.length)
      .map(({ name, value }) => `${name}=${value}`)
    return own === '' ? sent.join('; ') : [own, ...sent].join('; ')
  }
}

function parse(line: string, requestPath: string): Cookie | undefined {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals).trim()
  if (equals < 0 || name === '') return undefined
  let path = parentOf(requestPath)
  let maxAgeMs: Ms | undefined
  let expiresMs: Ms = Number.POSITIVE_INFINITY
  for (const attribute of attributes) {
    const at = attribute.indexOf('=')
    const key = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase()
    const value = at < 0 ? '' : attribute.slice(at + 1).trim()
    if (key === 'path' && value.startsWith('/')) path = value
    else if (key === 'max-age' && /^-?\d+$/.test(value)) maxAgeMs = Number(value) * 1_000
    else if (key === 'expires' && !Number.isNaN(Date.parse(value))) expiresMs = Date.parse(value)
  }
  // `Max-Age` wins over `Expires`, wherever it stands.
  if (maxAgeMs !== undefined) expiresMs = realTime.wallNow() + maxAgeMs
  return { name, value: pair.slice(equals + 1).trim(), path, expiresMs }
}

/** RFC 6265, 5.1.4: where a cookie without a path belongs. */
function parentOf(path: string): string {
  const end = path.lastIndexOf('/')
  return end <= 0 ? '/' : path.slice(0, end)
}

function reaches(cookiePath: string, path: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}
