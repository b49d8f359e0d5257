import { WebSocket } from 'ws'
import { ConnectError } from '../../model/connect-error.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import { abandoned } from '../sockets/connect-error.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { ChannelLost } from './channel.ts'
import type { McpChannel, McpListener, McpMessage, Negotiated } from './channel.ts'
import type { McpOptions } from './options.ts'

const MAX_IN_FLIGHT = 16
/** How long the server may take for its side of the closing handshake. */
const LINGER_MS = 1_000
/** A message much longer than this cannot be made into a text. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024
/** RFC 6455, 7.4.1: codes of an end in order. */
const NORMAL = new Set([1000, 1001, 1005])

/** One message a text frame. */
export async function openWebSocketChannel(
  target: URL,
  context: ConnectContext,
  _spoken: Negotiated,
  options: McpOptions,
  listener: McpListener,
): Promise<McpChannel> {
  const url = new URL(target.href.replace(/^mcp\+/, ''))
  // RFC 6455, 3: a fragment has no meaning here and must not be sent.
  url.hash = ''
  const socket = await openSocket(url, context, { secure: url.protocol === 'wss:', alpn: ['http/1.1'] })
  const { signal } = context
  const { promise, resolve, reject } = Promise.withResolvers<McpChannel>()
  const webSocket = new WebSocket(url, [...(options.subprotocols ?? [])], {
    headers: { ...context.headers },
    createConnection: () => socket,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
  })
  const onAbort = (): void => {
    reject(abandoned(url, signal))
    webSocket.terminate()
  }
  const onError = (error: Error): void => {
    const message = `the WebSocket handshake with ${url.host} failed: ${error.message}`
    reject(new ConnectError('protocol', message, { cause: error }))
    socket.destroy()
  }
  webSocket.on('error', onError)
  webSocket.once('open', () => {
    // Made at once: the first message may have come in the same packet.
    const channel = new WebSocketChannel(webSocket, options, listener)
    webSocket.off('error', onError)
    resolve(channel)
  })
  signal.addEventListener('abort', onAbort)
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

class WebSocketChannel implements McpChannel {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly #webSocket: WebSocket
  readonly #end: string
  #closing = false
  #reason: Error | undefined

  constructor(webSocket: WebSocket, options: McpOptions, listener: McpListener) {
    this.#webSocket = webSocket
    this.maxInFlight = options.maxInFlight ?? MAX_IN_FLIGHT
    this.#end = options.trailingNewline === true ? '\n' : ''
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#lose(new ChannelLost('protocol', 'the server sent a binary frame, and JSON-RPC is text'))
      else listener.message(data.toString('utf8'), data.length)
    })
    webSocket.on('error', (error: NodeJS.ErrnoException) => {
      const broken = error.code?.startsWith('WS_ERR_') === true
      const lost = `the connection was lost: ${error.message}`
      this.#reason ??= broken ? new ChannelLost('protocol', error.message) : new Error(lost, { cause: error })
    })
    webSocket.on('close', (code, reason) => {
      if (!this.#closing && !NORMAL.has(code)) {
        const said = reason.length === 0 ? '' : ` (${reason.toString('utf8')})`
        this.#reason ??= new Error(`the server closed the WebSocket with code ${code}${said}`)
      }
      resolve(this.#reason)
    })
  }

  get usable(): boolean {
    return !this.#closing && this.#webSocket.readyState === WebSocket.OPEN
  }

  async establish(_version: string, initialized: McpMessage): Promise<void> {
    this.send(initialized)
    await Promise.resolve()
  }

  send({ text }: McpMessage): number {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return 0
    const whole = text + this.#end
    this.#webSocket.send(whole)
    return Buffer.byteLength(whole)
  }

  giveUp(): void {}

  async close(): Promise<void> {
    this.#closing = true
    this.#webSocket.close(1000)
    const late = setTimeout(() => this.#webSocket.terminate(), LINGER_MS)
    await this.closed
    clearTimeout(late)
  }

  destroy(): void {
    this.#closing = true
    this.#webSocket.terminate()
  }

  #lose(reason: Error): void {
    this.#reason ??= reason
    this.destroy()
  }
}
