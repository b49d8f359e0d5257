import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { ConnectContext } from '../../model/protocol.ts'
import { ConnectionState } from '../connection-state.ts'
import { closesInOrder, formatClose } from '../websocket/close-codes.ts'
import { maskedFrameBytes } from '../websocket/frame-size.ts'
import { openWebSocket } from '../websocket/handshake.ts'
import { MessageReader } from '../websocket/message-reader.ts'
import { ChannelLost } from './channel.ts'
import type { McpChannel, McpListener, McpMessage, Negotiated } from './channel.ts'
import { messageLimit, tooLong } from './message-limit.ts'
import type { McpOptions } from './options.ts'
import { UnreadAnswers } from './unread-answers.ts'
import { UNREAD, Unsent } from './unsent.ts'

const MAX_IN_FLIGHT = 16

/** Opens a channel that sends one message per text frame. */
export async function openWebSocketChannel(
  target: URL,
  context: ConnectContext,
  _spoken: Negotiated,
  options: McpOptions,
  listener: McpListener,
): Promise<McpChannel> {
  const url = new URL(target.href.replace(/^mcp\+/, ''))
  const { subprotocols = [] } = options
  return openWebSocket(
    url,
    context,
    { subprotocols, perMessageDeflate: false },
    (webSocket, socket) => new WebSocketChannel(webSocket, socket, options, messageLimit(options, context), listener),
  )
}

class WebSocketChannel implements McpChannel {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly #state = new ConnectionState()
  readonly #webSocket: WebSocket
  readonly #reader: MessageReader
  readonly #unsent = new Unsent()
  readonly #answers: UnreadAnswers
  readonly #end: string

  constructor(webSocket: WebSocket, socket: Socket, options: McpOptions, limitBytes: number, listener: McpListener) {
    this.#webSocket = webSocket
    this.#answers = new UnreadAnswers(webSocket)
    this.maxInFlight = options.maxInFlight ?? MAX_IN_FLIGHT
    this.#end = options.trailingNewline === true ? '\n' : ''
    this.closed = this.#state.closed
    this.#reader = new MessageReader(webSocket, socket, {
      maxMessageBytes: limitBytes,
      maxKeptBytes: () => limitBytes,
      onMessage: ({ binary, content, bytes }) => {
        if (binary) this.#lose('protocol', 'the server sent a binary frame, but JSON-RPC messages must be text')
        else listener.message(content.toString('utf8'), bytes)
      },
      onPong: () => {},
      onViolation: (message, isTooLong) => this.#lose('protocol', isTooLong ? tooLong(message) : message),
    })
    webSocket.on('error', (error: NodeJS.ErrnoException) => {
      const broken = error.code?.startsWith('WS_ERR_') === true
      const lost = `the connection was lost: ${error.message}`
      this.#state.lose(broken ? new ChannelLost('protocol', error.message) : new Error(lost, { cause: error }))
    })
    webSocket.on('close', (code, said) => {
      const { closing, over } = this.#state
      if (!closing && !over && !closesInOrder(code)) {
        this.#state.lose(new Error(formatClose(code, said.toString('utf8'))))
      }
      this.#state.end()
    })
  }

  get usable(): boolean {
    return this.#state.usable && this.#webSocket.readyState === WebSocket.OPEN
  }

  async establish(_version: string, initialized: McpMessage): Promise<void> {
    this.send(initialized)
    await Promise.resolve()
  }

  send({ id, method, text }: McpMessage): number {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return 0
    if (method === undefined && this.#answers.full) return 0
    const whole = text + this.#end
    const bytes = maskedFrameBytes(Buffer.byteLength(whole))
    if (method === undefined) this.#webSocket.send(whole, this.#answers.add(bytes))
    else this.#webSocket.send(whole)
    return this.#unsent.add(id, bytes, this.#webSocket.bufferedAmount)
  }

  giveUp(id: number): number {
    const left = this.#unsent.take(id, this.#webSocket.bufferedAmount)
    if (left > 0) this.#lose('connection', UNREAD)
    return left
  }

  /** Takes a bounded time: `ws` ends the socket when the server does not. */
  async close(): Promise<void> {
    this.#state.startClosing()
    this.#webSocket.close(1000)
    await this.closed
  }

  destroy(): void {
    this.#state.stop()
    this.#reader.stop()
    this.#webSocket.terminate()
  }

  #lose(errorClass: 'connection' | 'protocol', message: string): void {
    this.#state.lose(new ChannelLost(errorClass, message))
    this.destroy()
  }
}
