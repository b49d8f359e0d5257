import { LoadError } from '../../model/errors.ts'

/** The parts of Playwright's storage state that are used here: what `context.storageState()` returns. */
export interface CookieState {
  readonly cookies: readonly StoredCookie[]
}

interface StoredCookie {
  readonly name: string
  readonly value: string
  /** With a leading dot, the cookie is also for the subdomains. */
  readonly domain: string
  readonly path: string
  /** In seconds since 1970; −1 for a cookie that ends with the browser. */
  readonly expires: number
  readonly secure: boolean
}

/**
 * Returns the header `cookie` with which a browser in this state would send a request to `url`, as `headers` of a plan:
 * the cookies whose domain and path include it, and `Secure` ones only for a target that browsers trust. Reports mask
 * their values. Throws `LoadError` (`ERR_LOAD_COOKIES`) if no cookie matches, and a `TypeError` if `url` is not a URL.
 */
export function cookieHeaders(state: CookieState, url: string | URL): { readonly cookie: string } {
  const target = new URL(url)
  const matching = state.cookies.filter((cookie) => isFor(cookie, target))
  if (matching.length === 0) {
    const known = state.cookies.map(({ name, domain, path }) => `${name} (${domain}${path})`).join(', ')
    throw new LoadError(
      'ERR_LOAD_COOKIES',
      `no cookie of the browser is for ${target.origin}${target.pathname}: ${known === '' ? 'it has none' : `it has ${known}`}\n    → log in first, and pass the URL under which the browser logged in`,
    )
  }
  // RFC 6265, 5.4: longer paths first.
  const sorted = matching.toSorted((one, other) => other.path.length - one.path.length)
  return { cookie: sorted.map(({ name, value }) => `${name}=${value}`).join('; ') }
}

function isFor({ domain, path, expires, secure }: StoredCookie, target: URL): boolean {
  if (expires >= 0 && expires * 1_000 <= Date.now()) return false
  if (secure && !isTrusted(target)) return false
  const host = target.hostname.toLowerCase()
  const wanted = domain.toLowerCase()
  const isHost = wanted.startsWith('.') ? host === wanted.slice(1) || host.endsWith(wanted) : host === wanted
  const folder = path.endsWith('/') ? path : `${path}/`
  return isHost && (target.pathname === path || target.pathname.startsWith(folder))
}

/** Browsers send `Secure` cookies over TLS and to this machine. */
function isTrusted({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'https:' ||
    protocol === 'wss:' ||
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}
