import type { Socket } from 'node:net'
import type { ConnectContext } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { ConnectionState } from '../connection-state.ts'
import { ChannelLost } from './channel.ts'
import type { McpChannel, McpListener, McpMessage, Negotiated } from './channel.ts'
import { messageLines } from './lines.ts'
import { messageLimit, tooLong } from './message-limit.ts'
import type { McpOptions } from './options.ts'
import { UnreadAnswers } from './unread-answers.ts'
import { UNREAD, Unsent } from './unsent.ts'

const MAX_IN_FLIGHT = 16
/** Maximum time for the server to close its side. */
const LINGER_MS = 1_000

/** Opens a channel with newline-delimited messages over TCP. */
export async function openSocketChannel(
  target: URL,
  context: ConnectContext,
  _spoken: Negotiated,
  options: McpOptions,
  listener: McpListener,
): Promise<McpChannel> {
  const socket = await openSocket(target, context, { secure: false })
  return new SocketChannel(socket, options.maxInFlight ?? MAX_IN_FLIGHT, messageLimit(options, context), listener)
}

class SocketChannel implements McpChannel {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly #state = new ConnectionState()
  readonly #socket: Socket
  readonly #unsent = new Unsent()
  readonly #answers: UnreadAnswers

  constructor(socket: Socket, maxInFlight: number, limitBytes: number, listener: McpListener) {
    this.#socket = socket
    this.#answers = new UnreadAnswers(socket)
    this.maxInFlight = maxInFlight
    this.closed = this.#state.closed
    const lines = messageLines(listener, limitBytes)
    socket.on('data', (bytes: Buffer) => {
      lines.push(bytes)
      if (lines.violation !== undefined) this.#lose(new ChannelLost('protocol', tooLong(lines.violation)))
    })
    socket.on('end', () => {
      this.#state.retire()
      if (lines.pending > 0) {
        this.#state.lose(new Error('the server closed the connection in the middle of a message'))
      }
      // No reply can arrive any more. Unsent bytes must not keep the connection half open.
      socket.destroy()
    })
    socket.on('error', (error) => {
      this.#state.lose(new Error(`the connection was lost: ${error.message}`, { cause: error }))
    })
    socket.on('close', () => this.#state.end())
  }

  get usable(): boolean {
    return this.#state.usable
  }

  async establish(_version: string, initialized: McpMessage): Promise<void> {
    this.send(initialized)
    await Promise.resolve()
  }

  send({ id, method, text }: McpMessage): number {
    if (!this.#state.usable) return 0
    if (method === undefined && this.#answers.full) return 0
    const bytes = Buffer.byteLength(text) + 1
    if (method === undefined) this.#socket.write(`${text}\n`, this.#answers.add(bytes))
    else this.#socket.write(`${text}\n`)
    return this.#unsent.add(id, bytes, this.#socket.writableLength)
  }

  giveUp(id: number): number {
    const left = this.#unsent.take(id, this.#socket.writableLength)
    if (left > 0) this.#lose(new ChannelLost('connection', UNREAD))
    return left
  }

  async close(): Promise<void> {
    this.#state.startClosing()
    this.#socket.end()
    const late = realTime.setTimeout(() => this.#socket.destroy(), LINGER_MS)
    await this.closed
    realTime.clearTimeout(late)
  }

  destroy(): void {
    this.#state.stop()
    this.#socket.destroy()
  }

  #lose(reason: Error): void {
    this.#state.lose(reason)
    this.destroy()
  }
}
