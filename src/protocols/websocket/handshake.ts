import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { ConnectError } from '../../model/connect-error.ts'
import type { ConnectContext, ErrorClass } from '../../model/protocol.ts'
import { abandoned, connectError } from '../sockets/connect-error.ts'
import { hasContext, TRACEPARENT } from '../trace-field.ts'
import { openSocket } from '../sockets/open-socket.ts'

/** How long a server may take for its side of the closing handshake. */
const LINGER_MS = 1_000
/** Of what a server may send as one message: ten times the largest that anybody is meant to. */
const MAX_MESSAGE_BYTES = 1024 * 1024 * 1024

export interface HandshakeOptions {
  /** Offered in this order; a server that takes none of them is refused. */
  readonly subprotocols: readonly string[]
  readonly perMessageDeflate: boolean
}

/** What `@types/ws` does not know yet. */
interface Options extends ClientOptions {
  readonly closeTimeout: number
}

/**
 * Opens a connection to the target and shakes hands. `made` is called at once, since the first message may have come with
 * the end of the handshake. Rejects with a `ConnectError`: a status that refuses is of its HTTP class.
 */
export async function openWebSocket<Made>(
  target: URL,
  context: ConnectContext,
  { subprotocols, perMessageDeflate }: HandshakeOptions,
  made: (webSocket: WebSocket, socket: Socket) => Made,
): Promise<Made> {
  const url = new URL(target)
  url.hash = ''
  const { signal } = context
  const socket = await openSocket(url, context, { secure: url.protocol === 'wss:', alpn: ['http/1.1'] })
  const { promise, resolve, reject } = Promise.withResolvers<Made>()
  const options: Options = {
    createConnection: () => socket,
    headers: withContext(context),
    perMessageDeflate,
    maxPayload: MAX_MESSAGE_BYTES,
    // How a server cuts its messages is for the server to say.
    maxFragments: 0,
    maxBufferedChunks: 0,
    closeTimeout: LINGER_MS,
  }
  let webSocket: WebSocket
  try {
    webSocket = new WebSocket(url, [...subprotocols], options)
  } catch (error) {
    socket.destroy()
    throw connectError(url, error, false)
  }
  // Pieces as they came: nobody looks at most messages.
  webSocket.binaryType = 'fragments'

  const onAbort = (): void => fail(abandoned(url, signal))
  const onError = (error: Error): void => fail(handshakeError(url, error, subprotocols))
  const onUnexpected = (_: ClientRequest, response: IncomingMessage): void => fail(refusal(url, response))
  const fail = (error: ConnectError): void => {
    signal.removeEventListener('abort', onAbort)
    reject(error)
    socket.destroy()
    webSocket.terminate()
  }
  webSocket.on('error', onError)
  webSocket.on('unexpected-response', onUnexpected)
  webSocket.on('open', () => {
    signal.removeEventListener('abort', onAbort)
    webSocket.off('error', onError).off('unexpected-response', onUnexpected)
    resolve(made(webSocket, socket))
  })
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return promise
}

/** The handshake stands for no request: it carries the context of the run. */
function withContext({ headers, traceparent }: ConnectContext): Record<string, string> {
  return traceparent === undefined || hasContext(headers) ? { ...headers } : { ...headers, [TRACEPARENT]: traceparent }
}

function refusal({ host }: URL, { statusCode = 0, statusMessage = '' }: IncomingMessage): ConnectError {
  const message = `the handshake with ${host} was answered with ${statusCode} ${statusMessage}`.trimEnd()
  return new ConnectError(classOfStatus(statusCode), message)
}

function classOfStatus(status: number): ErrorClass {
  if (status >= 400 && status <= 499) return 'http-4xx'
  return status >= 500 && status <= 599 ? 'http-5xx' : 'status'
}

/** What has a code comes from the socket, or from the parser of HTTP; the rest `ws` finds wrong with the answer. */
function handshakeError(target: URL, error: NodeJS.ErrnoException, subprotocols: readonly string[]): ConnectError {
  if (error.code !== undefined && !error.code.startsWith('HPE_')) return connectError(target, error, false)
  const offered =
    subprotocols.length > 0 && /subprotocol/.test(error.message) ? ` (offered: ${subprotocols.join(', ')})` : ''
  const message = `the handshake with ${target.host} failed: ${error.message}${offered}`
  return new ConnectError('protocol', message, { cause: error })
}
