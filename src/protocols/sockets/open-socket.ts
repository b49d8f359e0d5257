import net from 'node:net'
import type { OnReadOpts, Socket } from 'node:net'
import tls from 'node:tls'
import type { ConnectContext } from '../../model/protocol.ts'
import { abandoned, connectError } from './connect-error.ts'
import { readBeforeWriteError } from './read-before-write-error.ts'

export interface SocketOptions {
  /** Whether to use TLS. */
  readonly secure: boolean
  /** Port to use when the target URL has none. */
  readonly defaultPort?: number
  /** Read buffer and callback, for a connection that frames responses in place. Not supported with TLS. */
  readonly onread?: OnReadOpts
  /** Protocols to offer by ALPN, in order of preference. */
  readonly alpn?: readonly string[]
}

/**
 * Opens a TCP or TLS connection to the target. Resolves when requests can be sent, so after a TLS handshake. Every TLS
 * connection performs a full handshake; sessions are not resumed. Rejects with a `ConnectError`.
 */
export function openSocket(target: URL, context: ConnectContext, options: SocketOptions): Promise<Socket> {
  const { signal } = context
  if (signal.aborted) return Promise.reject(abandoned(target, signal))
  const { secure } = options
  const name = target.hostname.replace(/^\[|\]$/g, '')
  // Connects to the address that the safety check approved, because the host name may resolve differently by now.
  const host = context.address ?? name
  const port = target.port === '' ? (options.defaultPort ?? (secure ? 443 : 80)) : Number(target.port)
  const where = context.socketPath === undefined ? { host, port } : { path: context.socketPath }
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  let socket: Socket
  try {
    socket = secure
      ? tls.connect({
          ...context.tls,
          ...where,
          ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
          // SNI allows a host name but not an IP address (RFC 6066, 3).
          servername: context.tls.servername ?? (net.isIP(name) === 0 ? name : ''),
        })
      : net.connect({ ...where, ...(options.onread === undefined ? {} : { onread: options.onread }) })
  } catch (error) {
    // `tls.connect` throws for an unreadable key or certificate.
    return Promise.reject(connectError(target, error, secure))
  }

  let transported = false
  const onConnect = (): void => {
    transported = true
  }
  const onError = (error: Error): void => {
    settle()
    reject(connectError(target, error, secure && transported))
  }
  const onAbort = (): void => {
    settle()
    // Destroying the socket may still emit `error`, which no longer matters.
    socket.on('error', () => {})
    socket.destroy()
    reject(abandoned(target, signal))
  }
  const onReady = (): void => {
    settle()
    socket.setNoDelay(true)
    readBeforeWriteError(socket)
    resolve(socket)
  }
  const settle = (): void => {
    signal.removeEventListener('abort', onAbort)
    socket.off('error', onError).off('connect', onConnect).off(ready, onReady)
  }
  const ready = secure ? 'secureConnect' : 'connect'
  socket.on('error', onError).on('connect', onConnect).on(ready, onReady)
  signal.addEventListener('abort', onAbort)
  return promise
}
