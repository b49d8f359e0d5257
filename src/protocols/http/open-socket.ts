import net from 'node:net'
import type { OnReadOpts, Socket } from 'node:net'
import tls from 'node:tls'
import { ConnectError } from '../../model/protocol.ts'
import type { ConnectContext, ErrorClass } from '../../model/protocol.ts'

interface SocketOptions {
  /** Where to read into, for a socket whose answers are framed in place. Not with TLS. */
  readonly onread?: OnReadOpts
  /** What to offer by ALPN, most wanted first. */
  readonly alpn?: readonly string[]
}

/**
 * Opens a connection to the target, with TLS for `https:`. Resolves when requests can be sent, so after the handshake.
 * Every TLS connection is a full handshake: sessions are not resumed. Rejects with a `ConnectError`.
 */
export function openSocket(target: URL, context: ConnectContext, options: SocketOptions = {}): Promise<Socket> {
  const { signal } = context
  if (signal.aborted) return Promise.reject(abandoned(target, signal))
  const secure = target.protocol === 'https:'
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const port = target.port === '' ? (secure ? 443 : 80) : Number(target.port)
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
          servername: context.tls.servername ?? (net.isIP(host) === 0 ? host : ''),
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

const CLASS_OF_CODE: Readonly<Record<string, ErrorClass>> = {
  ENOTFOUND: 'dns',
  EADDRNOTAVAIL: 'local-ports',
  EMFILE: 'local-files',
  ENFILE: 'local-files',
  ETIMEDOUT: 'timeout',
}

function connectError(target: URL, thrown: unknown, inHandshake: boolean): ConnectError {
  const error = mostTelling(thrown)
  const code = typeof error.code === 'string' ? error.code : undefined
  const errorClass =
    (code === undefined ? undefined : CLASS_OF_CODE[code]) ??
    (error.syscall === 'getaddrinfo' ? 'dns' : inHandshake ? 'tls' : 'connect')
  const where = errorClass === 'tls' ? `TLS with ${target.host} failed` : `could not connect to ${target.host}`
  return new ConnectError(errorClass, `${where}: ${error.message || code || 'unknown error'}`, { cause: thrown })
}

/**
 * A name with several addresses fails with one error for each; that something refused says more than that this machine
 * has no route for the other kind of address.
 */
function mostTelling(thrown: unknown): NodeJS.ErrnoException {
  const errors: readonly unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown]
  const all = errors.map((error): NodeJS.ErrnoException => (error instanceof Error ? error : new Error(String(error))))
  return all.find(({ code }) => code === 'ECONNREFUSED') ?? all[0] ?? new Error('unknown error')
}

/** Given up by whoever asked: because it took too long, or because the run stops. */
function abandoned(target: URL, signal: AbortSignal): ConnectError {
  const reason: unknown = signal.reason
  if (reason instanceof ConnectError) return reason
  const late = reason instanceof Error && reason.name === 'TimeoutError'
  const message = late ? `connecting to ${target.host} took too long` : `connecting to ${target.host} was given up`
  return new ConnectError(late ? 'timeout' : 'cancelled', message, { cause: reason })
}
