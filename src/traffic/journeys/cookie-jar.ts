import { isIP } from 'node:net'
import { realTime } from '../../model/real-time.ts'
import type { Ms } from '../../model/units.ts'
import { isPublicSuffix } from './public-suffixes.ts'

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** Wall-clock time; Infinity for a cookie that lasts as long as the journey. */
  readonly expiresMs: Ms
}

/** Limits of browsers, so that a server cannot make requests grow without end. */
const MAX_COOKIES = 180
const MAX_COOKIE_CHARACTERS = 4_096

/** A cookie with a control character is ignored (RFC 6265bis, 5.6): it could not be sent in a header. */
// oxlint-disable-next-line no-control-regex -- the expression searches for control characters
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/

/**
 * The cookies of one user for one host, following RFC 6265bis for names, domains, paths and expiry. `Secure` cookies are
 * also sent over plain HTTP, because a load test often targets the port behind the proxy that terminates TLS.
 */
export class CookieJar {
  readonly #host: string
  readonly #cookies = new Map<string, Cookie>()

  /** `host`: name of the host as the server knows it, without a port. */
  constructor(host: string) {
    this.#host = host.toLowerCase()
  }

  /** Stores the cookies of a response to `path`; `lines` are its `set-cookie` values. */
  store(lines: readonly string[], path: string): void {
    for (const line of lines) {
      const cookie = parse(line, path, this.#host)
      if (cookie === undefined) continue
      const key = `${cookie.path} ${cookie.name}`
      if (cookie.expiresMs <= realTime.wallNow()) this.#cookies.delete(key)
      // A map keeps the position of a key that is set again, as RFC 6265 requires for a cookie.
      else this.#cookies.set(key, cookie)
    }
    for (const oldest of this.#cookies.keys()) {
      if (this.#cookies.size <= MAX_COOKIES) break
      this.#cookies.delete(oldest)
    }
  }

  /**
   * Returns the value of the `cookie` header for a request to `path`; `own` are the request's custom cookies. Empty if
   * there is no cookie.
   */
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

function parse(line: string, requestPath: string, host: string): Cookie | undefined {
  const [pair = '', ...attributes] = line.split(';')
  if (pair.length > MAX_COOKIE_CHARACTERS || CONTROL.test(line)) return undefined
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals).trim()
  if (equals < 0 || name === '') return undefined
  let path = parentOf(requestPath)
  let domain = ''
  let isWhole = false
  let isSecure = false
  let maxAgeMs: Ms | undefined
  let expiresMs: Ms = Number.POSITIVE_INFINITY
  for (const attribute of attributes) {
    const at = attribute.indexOf('=')
    const key = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase()
    const value = at < 0 ? '' : attribute.slice(at + 1).trim()
    if (key === 'path') {
      path = value.startsWith('/') ? value : parentOf(requestPath)
      isWhole = value === '/'
    }
    if (key === 'domain') domain = value.replace(/^\./, '').toLowerCase()
    else if (key === 'secure') isSecure = true
    else if (key === 'max-age' && /^-?\d+$/.test(value)) maxAgeMs = Number(value) * 1_000
    else if (key === 'expires' && !Number.isNaN(Date.parse(value))) expiresMs = Date.parse(value)
  }
  if (!belongsTo(domain, host) || !keepsPrefix(name, { domain, isWhole, isSecure })) return undefined
  // `Max-Age` overrides `Expires`, in any order.
  if (maxAgeMs !== undefined) expiresMs = realTime.wallNow() + maxAgeMs
  return { name, value: pair.slice(equals + 1).trim(), path, expiresMs }
}

/** A server may set cookies for its host and for the domains above it, but not for another site or a public suffix. */
function belongsTo(domain: string, host: string): boolean {
  if (domain === '' || domain === host) return true
  return isIP(host) === 0 && host.endsWith(`.${domain}`) && !isPublicSuffix(domain)
}

/** The prefixes of a name that promise attributes; upper and lower case are equal. */
function keepsPrefix(
  name: string,
  { domain, isWhole, isSecure }: { readonly domain: string; readonly isWhole: boolean; readonly isSecure: boolean },
): boolean {
  const lower = name.toLowerCase()
  if (lower.startsWith('__secure-')) return isSecure
  return !lower.startsWith('__host-') || (isSecure && domain === '' && isWhole)
}

/** Returns the default path of a cookie: RFC 6265, 5.1.4. */
function parentOf(path: string): string {
  const end = path.lastIndexOf('/')
  return end <= 0 ? '/' : path.slice(0, end)
}

function reaches(cookiePath: string, path: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}
