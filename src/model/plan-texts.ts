import type { TlsOptions } from './plan.ts'
import { flag, isRecord, NOT_SHOWN, objectOf, present, text, withRemedy } from './plan-readers.ts'
import type { Reader } from './plan-readers.ts'

/** Reads strings by name, as for an environment. */
export const readTexts: Reader<Readonly<Record<string, string>>> = (value, key, faults) =>
  readEach(value, key, faults, (held, heldKey) => {
    if (typeof held === 'string') return true
    const meant = typeof held === 'number' || typeof held === 'boolean' ? `write '${held}'` : undefined
    faults.push({ key: heldKey, value: held, rule: 'must be a string', ...withRemedy(meant) })
    return false
  })

/** A token (RFC 9110, 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/**
 * Characters that a header value must not contain: control characters other than tab, and everything beyond Latin-1.
 */
// oxlint-disable-next-line no-control-regex -- the expression searches for control characters
const NOT_IN_HEADER = /[\0-\x08\x0A-\x1F\x7F]|[^\0-\xFF]/

/**
 * Headers that determine the framing of a message, with remedies: they follow from the body and from the plan's
 * `connection`.
 */
const FRAMING: Readonly<Record<string, string>> = {
  'content-length': 'leave it out: it follows from the body',
  'transfer-encoding': 'leave it out: bodies are sent with content-length',
  connection: "leave it out, and write connection: 'short-lived' or 'long-lived' in the plan",
  'keep-alive': "leave it out, and write connection: 'long-lived' in the plan",
  upgrade: 'leave it out: an HTTP request cannot change the protocol',
  expect: 'leave it out: bodies are sent at once',
}

/** Reads headers by name. An issue never shows their values, because they contain tokens. */
export const readHeaders: Reader<Readonly<Record<string, string>>> = (value, key, faults) =>
  readEach(value, key, faults, (held, heldKey, name) => {
    const before = faults.length
    const instead = FRAMING[name.toLowerCase()]
    if (instead !== undefined) {
      faults.push({ key: heldKey, value: NOT_SHOWN, rule: 'must not be set by hand', remedy: instead })
    }
    if (!HEADER_NAME.test(name)) faults.push({ key: heldKey, value: name, rule: 'must be a header name' })
    if (typeof held !== 'string') {
      const meant = typeof held === 'number' ? `write '${held}'` : undefined
      faults.push({
        key: heldKey,
        value: typeof held === 'number' ? held : NOT_SHOWN,
        rule: 'must be a string',
        ...withRemedy(meant),
      })
    } else if (NOT_IN_HEADER.test(held)) {
      const fix = /^[^\r\n]*[\r\n]+$/.test(held) ? 'it ends with a line break: trim() it' : undefined
      faults.push({ key: heldKey, value: NOT_SHOWN, rule: 'must be one line of Latin-1 text', ...withRemedy(fix) })
    }
    return faults.length === before
  })

/**
 * Reads the plan's headers. They are sent unchanged with every request or handshake; only the headers of a request can
 * have templates.
 */
export const readPlanHeaders: Reader<Readonly<Record<string, string>>> = (value, key, faults) => {
  const headers = readHeaders(value, key, faults)
  for (const [name, held] of Object.entries(headers ?? {})) {
    if (!/\{\{[^{}]+\}\}/.test(held)) continue
    const remedy = `write request: { …, headers: { '${name}': … } }`
    faults.push({
      key: `${key}.${name}`,
      value: NOT_SHOWN,
      rule: 'cannot have templates: only headers of a request can',
      remedy,
    })
  }
  return headers
}

function readEach(
  value: unknown,
  key: string,
  faults: Parameters<Reader<unknown>>[2],
  accepts: (held: unknown, heldKey: string, name: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) {
    faults.push({ key, value, rule: 'must be an object with string values' })
    return undefined
  }
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  const good = entries.filter(([name, held]) => accepts(held, `${key}.${name}`, name))
  return good.length === entries.length ? (Object.fromEntries(good) as Record<string, string>) : undefined
}

/** Reads a certificate or key as the text of a PEM file; common mistakes are the file's path and its bytes. */
const readPem: Reader<string> = (value, key, faults) => {
  if (typeof value === 'string' && value.includes('-----BEGIN')) return value
  const path = typeof value === 'string' && value.length < 200 && !value.includes('\n') ? `'${value}'` : 'path'
  faults.push({ key, value: NOT_SHOWN, rule: 'must be PEM text', remedy: `write readFileSync(${path}, 'utf8')` })
  return undefined
}

const readTlsKeys = objectOf(
  { ca: readPem, cert: readPem, key: readPem, servername: text, rejectUnauthorized: flag } satisfies Readonly<
    Record<keyof TlsOptions, Reader<unknown>>
  >,
  '{ rejectUnauthorized: false }',
)

/** Reads the TLS options. */
export const readTls: Reader<TlsOptions> = (value, key, faults) => {
  const read = readTlsKeys(value, key, faults)
  if (read === undefined) return undefined
  if ((read.cert === undefined) !== (read.key === undefined)) {
    const rule = 'must have both `cert` and `key`, or neither'
    faults.push({ key, value: NOT_SHOWN, rule })
  }
  return present(read)
}

/** An address, a network (`10.0.0.0/8`), a host name, or all subdomains of a domain (`*.example.com`). */
const HOST_PATTERN =
  /^(?:(?:\*\.)?[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?\.?|[\d.]+\/\d{1,2}|[\da-f:.]*:[\da-f:.]*(?:\/\d{1,3})?)$/iu

/** Reads the hosts other than loopback that the run may send load to. */
export const readAllowHosts: Reader<readonly string[]> = (value, key, faults) => {
  if (!Array.isArray(value)) {
    faults.push({ key, value, rule: 'must be a list of hosts', remedy: `write ${key}: ['staging.example.com']` })
    return undefined
  }
  for (const [index, entry] of value.entries()) {
    if (typeof entry === 'string' && HOST_PATTERN.test(entry)) continue
    const host =
      typeof entry === 'string' ? (URL.parse(entry.includes('://') ? entry : `x://${entry}`)?.hostname ?? '') : ''
    const rule = "must be a host name, '*.' and a domain, an address, or a network such as '10.0.0.0/8'"
    const meant = HOST_PATTERN.test(host) ? `write '${host}'` : entry === '*' ? 'name the hosts' : undefined
    faults.push({ key: `${key}[${index}]`, value: entry, rule, ...withRemedy(meant) })
  }
  return value
}
