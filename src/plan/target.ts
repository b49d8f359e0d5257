import { isAbsolute } from 'node:path'
import type { PlanIssue } from '../model/errors.ts'
import { isShared, withScheme } from '../model/target.ts'
import { foreignKeys } from '../model/foreign-keys.ts'
import type { CommandTarget, MonitorTarget, SocketTarget, StdioTarget, Target } from '../model/target.ts'
import {
  flag,
  isRecord,
  oneOf,
  present,
  readKeys,
  readTexts,
  text,
  timeoutDuration,
  wholeFrom,
  withRemedy,
} from '../model/readers.ts'
import type { Reader } from '../model/readers.ts'
import { optionWords } from '../wording/option-words.ts'
import type { SchemeVocabulary } from './vocabulary.ts'

export function targetRemedy(): string {
  return writeTarget('target', 'http://127.0.0.1:3000')
}

function writeTarget(key: string, url: string): string {
  return optionWords({ plan: `write ${key}: '${url}'`, command: `use ${url}` })
}

/** A target, and the protocol of its URL's scheme if that is known before the run. */
export interface TargetRead {
  readonly target: Target
  readonly protocol: string | undefined
}

/**
 * Reads the target of a plan in any of its forms. `protocol` is the name of the protocol that the plan names, if it
 * names one. Without a vocabulary, any scheme is accepted: the protocol is custom.
 */
export function targetReader(vocabulary: SchemeVocabulary | undefined, protocol?: string): Reader<TargetRead> {
  return (value, key, issues) => {
    if (typeof value === 'function') {
      const target = value as Extract<Target, () => unknown>
      if (!isShared(target)) return { target, protocol: undefined }
      const read = readCommand({ ...target.written }, key, vocabulary, issues, protocol)
      return read && { target, protocol: read.protocol }
    }
    if (isRecord(value) && 'stdio' in value) return readStdio(value, key, issues)
    if (isRecord(value) && 'socketPath' in value) return readSocket(value, key, vocabulary, issues)
    if (isRecord(value) && !(value instanceof URL)) return readCommand(value, key, vocabulary, issues, protocol)
    const url = readTargetUrl(value, key, vocabulary, issues, protocol)
    return url && { target: url.href, protocol: vocabulary?.protocolOf(url) }
  }
}

/**
 * Reads a URL, or a host and port, and checks its syntax: known scheme, no credentials, a port other than 0. `protocol`
 * is the name of the protocol that the plan names, if it names one.
 */
export function readTargetUrl(
  value: unknown,
  key: string,
  vocabulary: SchemeVocabulary | undefined,
  issues: PlanIssue[],
  protocol?: string,
): URL | undefined {
  const written = value instanceof URL ? value.href : value
  const url = typeof written === 'string' ? URL.parse(completeTarget(written, vocabulary, protocol)) : null
  if (url === null) {
    const scheme = vocabulary?.schemesOf(protocol)[0] ?? 'http:'
    const meant = typeof value === 'string' ? `${scheme}//${value}` : ''
    issues.push({
      key,
      value,
      rule: 'must be a URL',
      remedy: value !== '' && URL.canParse(meant) ? writeTarget(key, meant) : targetRemedy(),
    })
  } else if (url.username !== '' || url.password !== '') {
    const shown = new URL(url)
    shown.username = shown.password = ''
    const remedy = optionWords({
      plan: "send them in headers: { authorization: 'Basic …' }",
      command: "send them with -H 'authorization: Basic …'",
    })
    issues.push({ key, value: shown.href, rule: 'must not contain a user name or a password (not shown)', remedy })
  } else if (vocabulary !== undefined && vocabulary.protocolOf(url) === undefined) {
    const remedy = `expected one of: ${vocabulary.schemes.join(' ')}`
    issues.push({ key, value: url.href, rule: 'must start with the scheme of a known protocol', remedy })
  } else if (url.port === '0') {
    issues.push({ key, value: url.href, rule: 'must have a port other than 0' })
  } else if (vocabulary !== undefined && vocabulary.portOf(url) === undefined) {
    const remedy = writeTarget(key, `${url.protocol}//${url.hostname || '127.0.0.1'}:6379`)
    issues.push({ key, value: url.href, rule: 'must name a port', remedy })
  } else {
    return url
  }
  return undefined
}

/** Adds the scheme that the author of a target omitted, or that the protocol of the plan implies. */
export function completeTarget(
  target: string,
  vocabulary: SchemeVocabulary | undefined,
  protocol: string | undefined,
): string {
  return vocabulary === undefined ? withScheme(target, 'http:') : vocabulary.targetFor(target, protocol)
}

function readCommand(
  value: Readonly<Record<string, unknown>>,
  key: string,
  vocabulary: SchemeVocabulary | undefined,
  issues: PlanIssue[],
  planProtocol: string | undefined,
): TargetRead | undefined {
  const before = issues.length
  let protocol: string | undefined
  const readUrlTemplate: Reader<string> = (template, urlKey) => {
    const isTarget = urlKey.endsWith('.url')
    // Any port is enough to check the rest of the URL.
    const filled = typeof template === 'string' ? template.replaceAll('{port}', '1') : template
    const named = isTarget ? planProtocol : undefined
    const url = readTargetUrl(filled, urlKey, vocabulary, issues, named)
    if (url === undefined || typeof template !== 'string') return undefined
    if (isTarget) protocol = vocabulary?.protocolOf(url)
    return completeTarget(template, vocabulary, named)
  }
  const readers = {
    command: readCommandLine,
    url: readUrlTemplate,
    readyUrl: readUrlTemplate,
    env: readTexts,
    cwd: text,
  } satisfies Readonly<Record<keyof CommandTarget, Reader<unknown>>>
  const meant = new Set<string>()
  const context = { prefix: `${key}.`, noun: 'a key of a target', explain: foreignKeys.command, meant }
  const { command, url, ...others } = readKeys(readers, value, context, issues)
  for (const needed of ['command', 'url'] as const) {
    if (value[needed] !== undefined || meant.has(`${key}.${needed}`)) continue
    const remedy = "write target: { command: ['node', 'server.js'], url: 'http://127.0.0.1:{port}' }"
    issues.push({ key: `${key}.${needed}`, value: undefined, rule: 'must be given', remedy })
  }
  if (issues.length > before || command === undefined || url === undefined) return undefined
  return { target: { command, url, ...present(others) }, protocol }
}

/** Of the built-in protocols, only MCP runs over pipes; a custom protocol may, too. */
function readStdio(value: Readonly<Record<string, unknown>>, key: string, issues: PlanIssue[]): TargetRead | undefined {
  const before = issues.length
  const readers = {
    stdio: readCommandLine,
    env: readTexts,
    cwd: text,
    startTimeout: timeoutDuration,
    embedded: flag,
  } satisfies Readonly<Record<keyof StdioTarget, Reader<unknown>>>
  const noun = 'a key of a stdio target'
  const { stdio, ...others } = readKeys(readers, value, { prefix: `${key}.`, noun }, issues)
  if (issues.length > before || stdio === undefined) return undefined
  return { target: { stdio, ...present(others) }, protocol: 'mcp' }
}

/** Maximum length of a path in a socket address on Linux, without the final zero. */
const MAX_SOCKET_PATH_BYTES = 107

const readSocketPath: Reader<string> = (value, key, issues) => {
  if (typeof value !== 'string' || !isAbsolute(value) || value.includes('\0')) {
    const remedy = "write target: { socketPath: '/run/app.sock', url: 'http://localhost/' }"
    issues.push({ key, value, rule: 'must be an absolute path', remedy })
  } else if (Buffer.byteLength(value) > MAX_SOCKET_PATH_BYTES) {
    const remedy = 'use a shorter path, such as a symbolic link in /tmp'
    issues.push({ key, value, rule: `must be at most ${MAX_SOCKET_PATH_BYTES} bytes long`, remedy })
  } else return value
  return undefined
}

function readSocket(
  value: Readonly<Record<string, unknown>>,
  key: string,
  vocabulary: SchemeVocabulary | undefined,
  issues: PlanIssue[],
): TargetRead | undefined {
  const before = issues.length
  const readUrl: Reader<URL> = (written, urlKey) => {
    const url = readTargetUrl(written, urlKey, vocabulary, issues)
    if (url === undefined || /^https?:$/.test(url.protocol)) return url
    issues.push({ key: urlKey, value: url.href, rule: 'must be an http: or https: URL: only HTTP uses a Unix socket' })
    return undefined
  }
  const readers = { socketPath: readSocketPath, url: readUrl } satisfies Readonly<
    Record<keyof SocketTarget, Reader<unknown>>
  >
  const noun = 'a key of a target on a Unix socket'
  const { socketPath, url } = readKeys(readers, value, { prefix: `${key}.`, noun }, issues)
  if (value['url'] === undefined) {
    const remedy = `write ${key}: { socketPath: …, url: 'http://localhost/' }`
    issues.push({ key: `${key}.url`, value: undefined, rule: 'must be given', remedy })
  }
  if (issues.length > before || socketPath === undefined || url === undefined) return undefined
  return { target: { socketPath, url: url.href }, protocol: vocabulary?.protocolOf(url) }
}

export const readCommandLine: Reader<readonly string[]> = (value, key, issues) => {
  if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string') && value[0] !== '') {
    return value
  }
  const words = typeof value === 'string' ? value.trim().split(/\s+/) : []
  const meant = words.length === 0 ? undefined : `write ${key}: [${words.map((word) => `'${word}'`).join(', ')}]`
  issues.push({
    key,
    value,
    rule: 'must be a list of strings: the program and its arguments (no shell)',
    ...withRemedy(meant),
  })
  return undefined
}

const readMonitorWord = oneOf(
  ['auto', 'off'],
  "or name what to monitor: { pid: 1234 }, { port: 3000 } or { openMetrics: 'http://127.0.0.1:3000/metrics' }",
)

/** Reads the URL of a metrics page. */
const readPage: Reader<string> = (value, key, issues) => {
  const url = readTargetUrl(value, key, undefined, issues)
  if (url === undefined) return undefined
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href
  issues.push({ key, value: url.href, rule: 'must be an http: or https: URL' })
  return undefined
}

/** Reads names of programs. */
const readPrograms: Reader<readonly string[]> = (value, key, issues) => {
  if (Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string' && name !== '')) {
    return value
  }
  issues.push({
    key,
    value,
    rule: 'must be a list of names of programs',
    ...withRemedy(`write ${key}: ['${typeof value === 'string' && value !== '' ? value : 'postgres'}']`),
  })
  return undefined
}

const MONITOR_KEYS = { pid: wholeFrom(1), port: wholeFrom(1, 65_535), openMetrics: readPage, also: readPrograms }

/** Reads what to monitor on the target. */
export const readMonitor: Reader<MonitorTarget | 'auto' | 'off'> = (value, key, issues) => {
  if (!isRecord(value)) return readMonitorWord(value, key, issues)
  const before = issues.length
  const read = readKeys(MONITOR_KEYS, value, { prefix: `${key}.`, noun: `a key of \`${key}\`` }, issues)
  if (issues.length > before) return undefined
  const { also, ...places } = read
  const helpers = also === undefined ? {} : { also }
  const { pid, port, openMetrics } = places
  const named = Object.keys(present(places)).length
  if (named === 1) {
    if (pid !== undefined) return { pid, ...helpers }
    if (port !== undefined) return { port, ...helpers }
    if (openMetrics !== undefined) return { openMetrics, ...helpers }
  }
  if (named === 0 && also !== undefined) return { also }
  issues.push({ key, value, rule: 'must contain exactly one of pid, port and openMetrics' })
  return undefined
}
