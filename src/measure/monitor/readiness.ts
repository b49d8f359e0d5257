import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'
import { connect } from 'node:net'

const TRY_LIMIT_MS = 2_000

/**
 * Checks whether a server is ready. An HTTP or WebSocket server must answer a GET with a status below 500; any other
 * server must accept a connection. Resolves with undefined if it is ready, and with the reason if it is not. Never
 * rejects.
 */
export function whyNotReady(url: URL): Promise<string | undefined> {
  const scheme = url.protocol.replace(/^mcp\+/, '').replace(/^ws/, 'http')
  return scheme === 'http:' || scheme === 'https:' ? askHttp(url, scheme) : tryConnecting(url)
}

function askHttp(url: URL, scheme: 'http:' | 'https:'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const location = `${scheme}//${url.host}${url.pathname}${url.search}`
    const options = { agent: false, timeout: TRY_LIMIT_MS, rejectUnauthorized: false } as const
    const request = (scheme === 'https:' ? getHttps : getHttp)(location, options, (response) => {
      const { statusCode = 0 } = response
      request.destroy()
      resolve(statusCode < 500 ? undefined : `it answered ${statusCode}`)
    })
    request.on('timeout', () => {
      request.destroy()
      resolve(`no answer within ${TRY_LIMIT_MS} ms`)
    })
    request.on('error', (error) => resolve(formatError(error)))
  })
}

/** Resolves with undefined if something accepts connections at the URL, and with the reason if nothing does. */
export function tryConnecting(url: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(url.port) || defaultPort(url), timeout: TRY_LIMIT_MS })
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
