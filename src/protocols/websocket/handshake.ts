import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { ConnectError, mistakeOfStatus } from '../../model/connect-error.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { realTime } from '../../model/real-time.ts'
import { KeptBytes } from '../kept-bytes.ts'
import { EXCERPT_CHARACTERS, excerptOf } from '../message-check.ts'
import { abandoned, connectError } from '../sockets/connect-error.ts'
import { hasContext, TRACEPARENT } from '../trace-field.ts'
import { openSocket } from '../sockets/open-socket.ts'

/** Maximum time for the server's side of the closing handshake. */
const LINGER_MS = 1_000

/** Maximum bytes of the excerpt of a response that refuses the handshake: a character has at most four. */
const EXCERPT_BYTES = 4 * EXCERPT_CHARACTERS

export interface HandshakeOptions {
  /** Subprotocols to offer, in this order. The connection fails when the server selects none of them. */
  readonly subprotocols: readonly string[]
  readonly perMessageDeflate: boolean
}

/** Options that `@types/ws` does not declare yet. */
interface Options extends ClientOptions {
  readonly closeTimeout: number
}

/**
 * Opens a connection to the target and performs the handshake. `made` is called synchronously, because the first
 * message may have arrived with the end of the handshake. Rejects with a `ConnectError`. When the server rejects the
 * handshake with an HTTP status, the error has the class of that status.
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
    // `MessageReader` reads the messages and answers pings.
    autoPong: false,
    closeTimeout: LINGER_MS,
  }
  let webSocket: WebSocket
  try {
    webSocket = new WebSocket(url, [...subprotocols], options)
  } catch (error) {
    socket.destroy()
    throw connectError(url, error, false)
  }
  const onAbort = (): void => fail(abandoned(url, signal))
  const onError = (error: Error): void => fail(handshakeError(url, error, subprotocols))
  const onUnexpected = (_: ClientRequest, response: IncomingMessage): void => refusal(url, response, fail)
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

/** Returns the headers with the trace context of the run: the handshake belongs to no request. */
function withContext({ headers, traceparent }: ConnectContext): Record<string, string> {
  return traceparent === undefined || hasContext(headers) ? { ...headers } : { ...headers, [TRACEPARENT]: traceparent }
}

/** Reads the beginning of the response that refused the handshake, and reports the error. Takes a bounded time. */
function refusal({ host }: URL, response: IncomingMessage, fail: (error: ConnectError) => void): void {
  const { statusCode = 0, statusMessage = '' } = response
  const status = `${statusCode} ${statusMessage}`.trimEnd()
  const body = new KeptBytes()
  const timer = realTime.setTimeout(() => finish(), LINGER_MS)
  const finish = (): void => {
    realTime.clearTimeout(timer)
    response.off('data', onData).off('close', finish)
    const { excerpt } = excerptOf(body.view().toString())
    const said = excerpt === undefined ? '' : `: ${excerpt.replaceAll(/\s+/g, ' ')}`
    const message = `${host} answered the handshake with ${status}${said}`
    const shown = excerpt === undefined ? status : `${status}\n${excerpt}`
    const mistake = mistakeOfStatus(statusCode)
    fail(new ConnectError(classOfStatus(statusCode), message, { excerpt: shown, mistake }))
  }
  const onData = (bytes: Buffer): void => {
    body.add(bytes, 0, Math.min(bytes.length, EXCERPT_BYTES))
    if (body.length >= EXCERPT_BYTES) finish()
  }
  response.on('error', () => {})
  response.on('data', onData).on('close', finish)
}

function classOfStatus(status: number): ErrorClass {
  if (status >= 400 && status <= 499) return 'http-4xx'
  return status >= 500 && status <= 599 ? 'http-5xx' : 'status'
}

/** Errors with a code come from the socket or the HTTP parser. `ws` raises the others for an invalid response. */
function handshakeError(target: URL, error: NodeJS.ErrnoException, subprotocols: readonly string[]): ConnectError {
  if (error.code !== undefined && !error.code.startsWith('HPE_')) return connectError(target, error, false)
  const offered =
    subprotocols.length > 0 && /subprotocol/.test(error.message) ? ` (offered: ${subprotocols.join(', ')})` : ''
  const message = `the handshake with ${target.host} failed: ${error.message}${offered}`
  return new ConnectError('protocol', message, { cause: error })
}
