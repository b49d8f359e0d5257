import { looksRandom, secretFields } from './secret-fields.ts'
import { isStandardSchema } from '../standard-schema.ts'
import { secretKind } from './secret-names.ts'

/** Headers whose values are not secret. The values of all others count as secret. */
const PUBLIC_HEADERS =
  /^(?:accept(?:-.+)?|cache-control|connection|content-.+|date|dnt|expect|host|if-.+|keep-alive|mcp-protocol-version|origin|pragma|prefer|range|referer|sec-.+|te|traceparent|tracestate|trailer|transfer-encoding|upgrade|user-agent|via|x-forwarded-.+|x-request-id|x-requested-with)$/i

/** Environment variables whose values are not secret. */
const PUBLIC_VARIABLES =
  /^(?:DEBUG|HOME|HOST|LANG|LC_.+|LOG_LEVEL|NODE_.+|NO_COLOR|PATH|PORT|PWD|SHELL|TERM|TMPDIR|TZ)$/i

/** First word of the value of a header that names how the rest authenticates. */
const SCHEME = /^(?:apikey|basic|bearer|digest|dpop|negotiate|ntlm|token) /i

/** Limits of the search, because a plan may contain large bodies and lists. */
const MAX_VALUES = 10_000
const MAX_DEPTH = 20
const MAX_TEXT = 16 * 1_024

/**
 * Returns the values in a plan or a request that are secret: those of headers and environment variables except public
 * ones, private keys, user names and passwords of URLs, and values under a name that says so, such as `?token=…` and
 * `{ password: … }`.
 */
export function secretsOf(source: unknown): ReadonlySet<string> {
  const search = new Search()
  search.value(source, '', 0)
  return search.found
}

/**
 * Returns the values in a header that could appear alone: the token of an `authorization`, the cookies of a `cookie`.
 */
function secretsOfHeader(name: string, value: string): readonly string[] {
  if (PUBLIC_HEADERS.test(name)) return []
  const rest = value.trim().replace(SCHEME, '')
  const words = rest.split(/[\s;,]+/)
  const values = words.map((word) => unquoted(word.slice(word.indexOf('=') + 1)))
  return [rest, ...words, ...values, ...basicCredentials(rest)]
}

class Search {
  readonly found = new Set<string>()
  #left = MAX_VALUES

  /** `key` is the name under which the value was found. */
  value(value: unknown, key: string, depth: number): void {
    if (this.#left-- <= 0 || depth > MAX_DEPTH || isStandardSchema(value)) return
    if (typeof value === 'string') this.#text(value, key)
    else if (value instanceof URL) this.#text(value.href, key)
    else if (Array.isArray(value)) this.#list(value, key, depth)
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) this.#object(value, key, depth)
  }

  #object(held: object, key: string, depth: number): void {
    for (const [name, value] of Object.entries(held)) {
      if (typeof value === 'string' && /^headers$/i.test(key)) this.#addAll(secretsOfHeader(name, value))
      else if (typeof value === 'string' && key === 'env') this.#variable(name, value)
      // The names of the secret fields of a feed.
      else if (name === 'secret' && ('file' in held || 'records' in held)) continue
      else if (key === 'tls' && (name === 'cert' || name === 'ca')) continue
      else this.value(value, name, depth + 1)
    }
  }

  #list(values: readonly unknown[], key: string, depth: number): void {
    for (const [index, value] of values.entries()) {
      const before: unknown = values[index - 1]
      // A word of a command after an option such as `--token`.
      const isOption = typeof before === 'string' && /^--?\w/.test(before) && !before.includes('=')
      this.value(value, isOption ? before : key, depth + 1)
    }
  }

  #variable(name: string, value: string): void {
    if (PUBLIC_VARIABLES.test(name)) return
    this.found.add(value)
    this.#text(value, '')
  }

  #text(text: string, key: string): void {
    const kind = secretKind(key)
    const isSecret = kind === 'random' || kind === 'parameter' ? looksRandom(text, 10) : kind !== undefined
    if (isSecret) this.#addAll([text, ...text.split(/\s*\n\s*/).filter((line) => !line.startsWith('-----'))])
    const searched = text.slice(0, MAX_TEXT)
    for (const { start, end } of secretFields(searched)) {
      const value = searched.slice(start, end)
      this.#addAll([value, decoded(value)])
    }
    for (const [, user = '', password = ''] of searched.matchAll(URL_CREDENTIALS)) {
      const [plainUser, plainPassword] = [decoded(user), decoded(password)]
      this.#addAll([user, password, plainUser, plainPassword])
      this.found.add(Buffer.from(`${plainUser}:${plainPassword}`).toString('base64'))
    }
  }

  #addAll(values: readonly string[]): void {
    for (const value of values) if (value !== '') this.found.add(value)
  }
}

const URL_CREDENTIALS = /:\/\/([^\s/?#"'<>:@]*)(?::([^\s/?#"'<>]*))?@/g

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

/** `user:password` of Basic authentication, and both of them; none if the text is not one in base64. */
function basicCredentials(text: string): readonly string[] {
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(text)) return []
  const plain = Buffer.from(text, 'base64').toString('utf8')
  const colon = plain.indexOf(':')
  return colon < 0 || plain.includes('\ufffd') ? [] : [plain, plain.slice(0, colon), plain.slice(colon + 1)]
}
