import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { IpcNetConnectOpts, TcpNetConnectOpts } from 'node:net'
import { ConnectError } from '../../model/connect-error.ts'
import { LoadPlanError, LoadTargetError } from '../../model/errors.ts'
import { foreignText } from '../../model/text/clean.ts'
import type { PlanIssue } from '../../model/errors.ts'
import { readTargetUrl } from '../../plan/target.ts'
import type { SocketTarget, UrlTarget } from '../../model/target.ts'
import { readAllowHosts } from '../../plan/connection-options.ts'
import type { Ms } from '../../model/units.ts'
import { messageOf } from '../../model/thrown.ts'
import { optionWords } from '../../wording/option-words.ts'
import { portOf, protocolNameOf } from '../../protocols/index.ts'
import { connectRemedy } from '../../wording/connect-mistakes.ts'
import { isAllowedHost } from './allowed-hosts.ts'
import { ignoredProxy } from './ignored-proxy.ts'
import type { HostAddress } from './allowed-hosts.ts'
import { resourceError } from '../resource-errors.ts'
import { schemeVocabulary } from '../vocabulary.ts'

/** A target that may be loaded, with every address that was checked for it. */
export interface CheckedTarget {
  readonly url: URL
  readonly addresses: readonly HostAddress[]
}

/**
 * The address of a target that answers. Connections are made only to this address: the name could resolve to a
 * different host the next time, one that was never allowed.
 */
export interface ReachedTarget extends HostAddress {
  readonly url: URL
}

/**
 * Determines a target's URL and checks that it may be loaded. `protocol` is the name of the built-in protocol that will
 * be used; undefined if it is not known yet, and `'custom'` accepts any scheme. Throws `LoadPlanError` for an unusable
 * URL, and `LoadTargetError` with code `ERR_LOAD_TARGET_REFUSED` for a host that is neither loopback
 * nor allowed, `ERR_LOAD_TARGET_UNREACHABLE` for a name that does not resolve, or `ERR_LOAD_TARGET_START` if the target
 * function throws.
 */
export async function checkTarget(
  target: UrlTarget,
  allowHosts: readonly string[],
  protocol?: string,
): Promise<CheckedTarget> {
  const issues: PlanIssue[] = []
  const known = protocol === 'custom' ? undefined : schemeVocabulary
  const url = readTargetUrl(await valueOf(target), 'target', known, issues, protocol)
  const ofUrl = url === undefined || protocol === undefined ? undefined : known?.protocolOf(url)
  if (url !== undefined && ofUrl !== undefined && ofUrl !== protocol) {
    // The plan was validated before its target function was called.
    const rule = `is a target of '${ofUrl}', and the plan uses '${protocol}'`
    issues.push({ key: 'target', value: url.href, rule, remedy: `write protocol: '${ofUrl}'` })
  }
  if (url === undefined || issues.length > 0) throw new LoadPlanError(issues)
  return { url, addresses: await checkHost(url, allowHosts) }
}

/** Returns the addresses of an allowed host; throws as `checkTarget` does. */
export async function checkHost(url: URL, allowHosts: readonly string[]): Promise<readonly HostAddress[]> {
  const issues: PlanIssue[] = []
  const allowed = [...allowHosts, ...allowedByEnvironment(issues)]
  if (issues.length > 0) throw new LoadPlanError(issues)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = await addressesOf(host, url)
  if (!isAllowedHost(host, addresses, allowed)) throw refused(host, addresses)
  return addresses
}

/** Returns the URL of a target, as its author wrote it or as its function returns it. */
export async function valueOf(target: UrlTarget): Promise<unknown> {
  if (typeof target !== 'function') return target
  try {
    return await target()
  } catch (cause) {
    // A server that several tests share did not start.
    if (cause instanceof LoadTargetError) throw cause
    throw new LoadTargetError('ERR_LOAD_TARGET_START', `the target function threw: ${messageOf(cause)}`, { cause })
  }
}

function allowedByEnvironment(issues: PlanIssue[]): readonly string[] {
  const entries = (process.env['LOAD_ALLOW_HOSTS'] ?? '').split(',').map((entry) => entry.trim())
  return (
    readAllowHosts(
      entries.filter((entry) => entry !== ''),
      'LOAD_ALLOW_HOSTS',
      issues,
    ) ?? []
  )
}

async function addressesOf(host: string, url: URL): Promise<readonly HostAddress[]> {
  try {
    const found = await lookup(host, { all: true })
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
  } catch (cause) {
    throw new LoadTargetError(
      'ERR_LOAD_TARGET_UNREACHABLE',
      `host '${host}' not found (${messageOf(cause)})\n    → check the spelling of the target: ${whereOf(url)}${proxyNote(url)}`,
      { cause },
    )
  }
}

function refused(host: string, addresses: readonly HostAddress[]): LoadTargetError {
  const found = addresses.map(({ address }) => address).filter((address) => address !== host)
  const name = host.includes(':') ? `[${host}]` : host
  const named = found.length === 0 ? name : `${name} (${found.join(', ')})`
  const remedy = /^(?:0\.0\.0\.0|::)$/.test(host)
    ? 'write 127.0.0.1: a server can listen on this address, but a client cannot connect to it'
    : `if you are allowed to load it, ${optionWords({
        plan: `add allowHosts: ['${host}'] to the plan, or set LOAD_ALLOW_HOSTS=${host}`,
        command: `add --allow-host ${host}`,
      })}`
  return new LoadTargetError(
    'ERR_LOAD_TARGET_REFUSED',
    `${named} is not this machine and not among the allowed hosts; nothing was sent to it\n    → ${remedy}`,
  )
}

/**
 * Connects to the checked addresses in turn and returns the first that answers; `localhost` is often both ::1 and
 * 127.0.0.1, with a server on one of them. Throws `LoadTargetError` (`ERR_LOAD_TARGET_UNREACHABLE`) if none answers,
 * and `LoadResourceError` if this machine has no descriptor or port to connect with.
 */
export async function reachTarget({ url, addresses }: CheckedTarget, timeoutMs: Ms): Promise<ReachedTarget> {
  let cause: unknown
  const port = portOf(url) ?? 0
  const [first] = addresses
  // Only a custom protocol knows what its scheme means: perhaps UDP, which this check cannot connect to.
  if (protocolNameOf(url) === undefined && first !== undefined) return { url, ...first }
  for (const candidate of addresses) {
    try {
      const { address, family } = candidate
      await answers({ host: address, port, family, timeout: timeoutMs })
      return { url, ...candidate }
    } catch (error) {
      const exhausted = error instanceof Error ? resourceError(error) : undefined
      if (exhausted !== undefined) throw exhausted
      cause ??= error
    }
  }
  throw unreachable(url, cause)
}

/** Throws `LoadTargetError` (`ERR_LOAD_TARGET_UNREACHABLE`) unless a server listens on the Unix socket. */
export async function reachSocket({ socketPath }: SocketTarget, timeoutMs: Ms): Promise<void> {
  try {
    await answers({ path: socketPath, timeout: timeoutMs })
  } catch (cause) {
    throw new LoadTargetError(
      'ERR_LOAD_TARGET_UNREACHABLE',
      `no server listens on the Unix socket ${socketPath} (${messageOf(cause)})\n    → start the server first, and check the path`,
      { cause },
    )
  }
}

function answers(options: TcpNetConnectOpts | IpcNetConnectOpts): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(options)
  socket.once('connect', resolve)
  socket.once('error', reject)
  socket.once('timeout', () => reject(new Error(`no answer within ${options.timeout} ms`)))
  return promise.finally(() => socket.destroy())
}

/** The error if no server responds at the target. It is the first error that a newcomer meets. */
function unreachable(url: URL, cause: unknown): LoadTargetError {
  return new LoadTargetError(
    'ERR_LOAD_TARGET_UNREACHABLE',
    `no server responds at ${whereOf(url)} (${messageOf(cause)})
    → ${optionWords({
      plan: `start the server first, check the port, or let the run start it:
      target: { command: ['node', 'server.js'], url: 'http://127.0.0.1:{port}' }`,
      command: 'start the server first, and check the host and the port',
    })}${proxyNote(url)}`,
    { cause },
  )
}

interface UnusableOptions {
  /** The plan has a setup, which may have failed. */
  readonly hasSetup?: boolean
  /** The server completes a TLS handshake, although the target has no TLS. */
  readonly speaksTls?: boolean
}

/**
 * The error if the target answers but connections to it are unusable: it speaks another protocol, or the setup fails.
 */
export function unusable(url: URL, cause: unknown, options: UnusableOptions = {}): LoadTargetError {
  return new LoadTargetError(
    'ERR_LOAD_TARGET_UNREACHABLE',
    `no connection to ${whereOf(url)} can be used (${foreignText(messageOf(cause))})
    → ${remedyFor(url, cause, options)}`,
    { cause },
  )
}

function remedyFor(url: URL, cause: unknown, options: UnusableOptions): string {
  const mistake = options.speaksTls === true ? 'tls' : cause instanceof ConnectError ? cause.mistake : undefined
  if (mistake !== undefined) return connectRemedy(mistake, url)
  if (options.hasSetup === true) return 'check the `setup` of the plan and the target'
  return `check the server there: it must speak ${url.protocol.slice(0, -1)} at the path of the target`
}

/** A proxy may be the only way to the host. */
function proxyNote(url: URL): string {
  const variable = isLocal(url.hostname) ? undefined : ignoredProxy(url)
  return variable === undefined
    ? ''
    : `\n    → ${variable} is set, but load does not use proxies: it connects to the target directly`
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}

/** Returns the origin for messages. `URL.origin` is `null` except for http, https, ws and wss. */
function whereOf(url: URL): string {
  return url.host === '' ? url.href : `${url.protocol}//${url.host}`
}
