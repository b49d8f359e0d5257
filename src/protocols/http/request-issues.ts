import type { PlanIssue } from '../../model/errors.ts'
import { foreignKeys } from '../../model/foreign-keys.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { http } from '../../model/node-http.ts'
import { isRecord, oneOf, positive, readKeys, withRemedy, text, wholeFrom } from '../../model/readers.ts'
import type { Reader } from '../../model/readers.ts'
import { readHeaders } from '../../model/header-readers.ts'
import { checkReader } from '../check-reader.ts'
import { httpBody } from './body-encoding.ts'

const status = wholeFrom(100, 999)

/** Methods that a request may use. CONNECT is excluded, because it turns the connection into a tunnel. */
const SENDABLE = http.METHODS.filter((name) => name !== 'CONNECT')

const method: Reader<string> = (value, key, issues) => {
  if (typeof value === 'string' && SENDABLE.includes(value)) return value
  const meant = typeof value === 'string' ? nearestName(value, SENDABLE) : undefined
  const rule = 'must be an upper-case HTTP method (GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, …)'
  issues.push({ key, value, rule, ...withRemedy(meant && `did you mean '${meant}'?`) })
  return undefined
}

const path: Reader<string> = (value, key, issues) => {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    const meant = typeof value === 'string' && !value.includes('://') ? `write path: '/${value}'` : undefined
    issues.push({ key, value, rule: "must be a string that starts with '/'", ...withRemedy(meant) })
  } else if (!/^[\u0021-\u007e]*$/.test(value) || value.includes('#')) {
    const rule = "must be percent-encoded ASCII without spaces or '#'"
    issues.push({ key, value, rule, remedy: `write path: '${percentEncoded(value)}'` })
  } else return value
  return undefined
}

/** Encodes what a path may not contain. Keeps what is encoded already, and encodes a `%` that starts no escape. */
function percentEncoded(written: string): string {
  const escapes = written.toWellFormed().replaceAll(/%(?![\da-f]{2})/gi, '%25')
  return escapes.replaceAll(/[^\u0021\u0022\u0024-\u007e]+/g, encodeURIComponent)
}

const ok: Reader<readonly unknown[]> = (value, key, issues) => {
  if (Array.isArray(value) && value.length > 0 && value.every(isRange)) return value
  const rule = 'must be a list of status ranges, each [from, to] with 100 ≤ from ≤ to ≤ 999'
  issues.push({ key, value, rule, remedy: 'write ok: [[200, 299], [404, 404]]' })
  return undefined
}

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [from, to]: readonly unknown[] = value
  return isStatus(from) && isStatus(to) && from <= to
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 999
}

function headerTexts(value: unknown, key: string, issues: PlanIssue[]): object | undefined {
  if (isRecord(value) && Object.values(value).every((content) => typeof content === 'string')) return value
  issues.push({
    key,
    value,
    rule: 'must be an object with string values',
    remedy: "write header: { 'content-type': 'text/html' }",
  })
  return undefined
}

const check = checkReader({ status, header: headerTexts }, "{ status: 200, bodyIncludes: 'welcome' }")

const READERS = {
  name: text,
  weight: positive,
  read: oneOf(['headers', 'text', 'json']),
  method,
  path,
  headers: readHeaders,
  body: httpBody,
  ok,
  check,
  stream: oneOf(['sse', 'chunks']),
}

/** Returns all issues of an HTTP request. `key` is the path of the request in the plan. */
export function requestIssues(request: unknown, key: string): readonly PlanIssue[] {
  if (!isRecord(request)) {
    return [{ key, value: request, rule: 'must be an object', remedy: `write ${key}: { path: '/' }` }]
  }
  const issues: PlanIssue[] = []
  readKeys(READERS, request, { prefix: `${key}.`, noun: 'a key of an HTTP request', explain: foreignKeys.http }, issues)
  return issues
}
