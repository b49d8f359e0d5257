import net from 'node:net'
import type { OnReadOpts, Socket } from 'node:net'
import tls from 'node:tls'
import type { ConnectContext } from '../../model/protocol.ts'
import { abandoned, connectError } from './connect-error.ts'

export interface SocketOptions {
  /** Speak TLS. */
  readonly secure: boolean
  /** What the target's URL means when it names none. */
  readonly defaultPort?: number
  /** Where to read into, for a socket whose answers are framed in place. Not with TLS. */
  readonly onread?: OnReadOpts
  /** What to offer by ALPN, most wanted first. */
  readonly alpn?: readonly string[]
}

/**
 * Opens a connection to the target, over TCP or TLS. Resolves when requests can be sent, so after the handshake.
 * Every TLS connection is a full handshake: sessions are not resumed. Rejects with a `ConnectError`.
 */
export function openSocket(target: URL, context: ConnectContext, options: SocketOptions): Promise<Socket> {
  const { signal } = context
  if (signal.aborted) return Promise.reject(abandoned(target, signal))
  const { secure } = options
  const name = target.hostname.replace(/^\[|\]$/g, '')
  // The address that was checked, and no other: the name may resolve to something else by now.
  const host = context.address ?? name
  const port = target.port === '' ? (options.defaultPort ?? (secure ? 443 : 80)) : Number(target.port)
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  let socket: Socket
  try {
    socket = secure
      ? tls.connect({
          ...context.tls,
          host,
          port,
          ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
          // A name may be asked for by SNI, an address may not (RFC 6066, 3).
          servername: context.tls.servername ?? (net.isIP(name) === 0 ? name : ''),
        })
      : net.connect({ host, port, ...(options.onread === undefined ? {} : { onread: options.onread }) })
  } catch (error) {
    // A key or a certificate that cannot be read is refused before anything is sent.
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
    // Destroying may still say why on `error`; nobody waits for it any more.
    socket.on('error', () => {})
    socket.destroy()
    reject(abandoned(target, signal))
  }
  const onReady = (): void => {
    settle()
    socket.setNoDelay(true)
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
