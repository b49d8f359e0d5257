import { NOT_SHOWN } from '../model/errors.ts'
import { isIP } from 'node:net'
import { readHeaders } from '../model/header-readers.ts'
import type { TlsOptions } from '../model/target.ts'
import { flag, objectOf, present, text, withRemedy } from '../model/readers.ts'
import type { Reader } from '../model/readers.ts'

/**
 * Reads the plan's headers. They are sent unchanged with every request or handshake; only the headers of a request can
 * have templates.
 */
export const readPlanHeaders: Reader<Readonly<Record<string, string>>> = (value, key, issues) => {
  const headers = readHeaders(value, key, issues)
  for (const [name, held] of Object.entries(headers ?? {})) {
    if (!/\{\{[^{}]+\}\}/.test(held)) continue
    const remedy = `write request: { …, headers: { '${name}': … } }`
    issues.push({
      key: `${key}.${name}`,
      value: NOT_SHOWN,
      rule: 'cannot have templates: only headers of a request can',
      remedy,
    })
  }
  return headers
}

/** Reads a certificate or key as the text of a PEM file; common mistakes are the file's path and its bytes. */
const readPem: Reader<string> = (value, key, issues) => {
  if (typeof value === 'string' && value.includes('-----BEGIN')) return value
  const path = typeof value === 'string' && value.length < 200 && !value.includes('\n') ? `'${value}'` : 'path'
  issues.push({ key, value: NOT_SHOWN, rule: 'must be PEM text', remedy: `write readFileSync(${path}, 'utf8')` })
  return undefined
}

const readTlsKeys = objectOf(
  { ca: readPem, cert: readPem, key: readPem, servername: text, rejectUnauthorized: flag } satisfies Readonly<
    Record<keyof TlsOptions, Reader<unknown>>
  >,
  '{ rejectUnauthorized: false }',
)

/** Reads the TLS options. */
export const readTls: Reader<TlsOptions> = (value, key, issues) => {
  const read = readTlsKeys(value, key, issues)
  if (read === undefined) return undefined
  if ((read.cert === undefined) !== (read.key === undefined)) {
    const rule = 'must have both `cert` and `key`, or neither'
    issues.push({ key, value: NOT_SHOWN, rule })
  }
  return present(read)
}

/** An address, a network (`10.0.0.0/8`), a host name, or all subdomains of a domain (`*.example.com`). */
const HOST_PATTERN =
  /^(?:(?:\*\.)?[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?\.?|[\d.]+\/\d{1,2}|[\da-f:.]*:[\da-f:.]*(?:\/\d{1,3})?)$/iu

/** Returns the rule that an address or a network breaks; undefined for a valid one and for a host name. */
function addressRule(entry: string): string | undefined {
  const [address = '', prefix] = entry.split('/')
  if (prefix === undefined && !/^[\d.]+$|:/.test(entry)) return undefined
  const version = isIP(address)
  if (version === 0)
    return `must have a complete IP address, such as '10.0.0.0'${prefix === undefined ? '' : " in '10.0.0.0/8'"}`
  const bits = version === 4 ? 32 : 128
  return Number(prefix ?? 0) > bits
    ? `must have a prefix of at most ${bits} bits, as IPv${version} addresses have`
    : undefined
}

/** Reads the hosts other than loopback that the run may send load to. */
export const readAllowHosts: Reader<readonly string[]> = (value, key, issues) => {
  if (!Array.isArray(value)) {
    issues.push({ key, value, rule: 'must be a list of hosts', remedy: `write ${key}: ['staging.example.com']` })
    return undefined
  }
  for (const [index, entry] of value.entries()) {
    if (typeof entry === 'string' && HOST_PATTERN.test(entry)) {
      const rule = addressRule(entry)
      if (rule !== undefined) issues.push({ key: `${key}[${index}]`, value: entry, rule })
      continue
    }
    const host =
      typeof entry === 'string' ? (URL.parse(entry.includes('://') ? entry : `x://${entry}`)?.hostname ?? '') : ''
    const rule = "must be a host name, '*.' and a domain, an address, or a network such as '10.0.0.0/8'"
    const meant = HOST_PATTERN.test(host) ? `write '${host}'` : entry === '*' ? 'name the hosts' : undefined
    issues.push({ key: `${key}[${index}]`, value: entry, rule, ...withRemedy(meant) })
  }
  return value
}
