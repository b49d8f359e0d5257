import { connect, type LookupFunction } from 'node:net'
import { http } from '../../model/node-http.ts'

const TRY_LIMIT_MS = 2_000

/** An address that a host name resolves to. */
export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/**
 * Checks whether a server is ready. An HTTP or WebSocket server must answer a GET with a status below 500; any other
 * server must accept a connection. Resolves with undefined if it is ready, and with the reason if it is not. Never
 * rejects. Connects to `addresses` if they are given: the name may resolve to others by now, which were not checked.
 */
export function whyNotReady(url: URL, addresses?: readonly Address[]): Promise<string | undefined> {
  const scheme = url.protocol.replace(/^mcp\+/, '').replace(/^ws/, 'http')
  return scheme === 'http:' || scheme === 'https:' ? askHttp(url, scheme, addresses) : tryConnecting(url, addresses)
}

function askHttp(
  url: URL,
  scheme: 'http:' | 'https:',
  addresses: readonly Address[] | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const location = `${scheme}//${url.host}${url.pathname}${url.search}`
    const options = { agent: false, timeout: TRY_LIMIT_MS, rejectUnauthorized: false, ...lookingUp(addresses) } as const
    const request = (scheme === 'https:' ? process.getBuiltinModule('node:https') : http).get(
      location,
      options,
      (response) => {
        const { statusCode = 0 } = response
        request.destroy()
        resolve(statusCode < 500 ? undefined : `it answered ${statusCode}`)
      },
    )
    request.on('timeout', () => {
      request.destroy()
      resolve(`no answer within ${TRY_LIMIT_MS} ms`)
    })
    request.on('error', (error) => resolve(formatError(error)))
  })
}

/** Resolves with undefined if something accepts connections at the URL, and with the reason if nothing does. */
export function tryConnecting(url: URL, addresses?: readonly Address[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const socket = connect({
      host,
      port: Number(url.port) || defaultPort(url),
      timeout: TRY_LIMIT_MS,
      ...lookingUp(addresses),
    })
    const settle = (why: string | undefined) => {
      socket.destroy()
      resolve(why)
    }
    socket.on('connect', () => settle(undefined))
    socket.on('timeout', () => settle(`no connection within ${TRY_LIMIT_MS} ms`))
    socket.on('error', (error) => settle(formatError(error)))
  })
}

function defaultPort({ protocol }: URL): number {
  return /^(?:mcp\+)?(?:https|wss|tls):$/.test(protocol) ? 443 : 80
}

function formatError(error: NodeJS.ErrnoException): string {
  return error.code === 'ECONNREFUSED' ? 'connection refused' : (error.code ?? error.message)
}

/** Returns the option that resolves every name to these addresses. */
function lookingUp(addresses: readonly Address[] | undefined): { readonly lookup?: LookupFunction } {
  const [first] = addresses ?? []
  if (addresses === undefined || first === undefined) return {}
  return {
    lookup(_host, options, callback) {
      if (options.all === true) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    },
  }
}
