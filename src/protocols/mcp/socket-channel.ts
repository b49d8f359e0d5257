import type { Socket } from 'node:net'
import type { ConnectContext } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { ChannelLost } from './channel.ts'
import type { McpChannel, McpListener, McpMessage, Negotiated } from './channel.ts'
import { messageLines } from './lines.ts'
import type { McpOptions } from './options.ts'
import { UNREAD, Unsent } from './unsent.ts'

const MAX_IN_FLIGHT = 16
/** Maximum time for the server to close its side. */
const LINGER_MS = 1_000

/** Opens a channel with newline-delimited messages over TCP. */
export async function openSocketChannel(
  target: URL,
  context: ConnectContext,
  _spoken: Negotiated,
  { maxInFlight = MAX_IN_FLIGHT }: McpOptions,
  listener: McpListener,
): Promise<McpChannel> {
  const socket = await openSocket(target, context, { secure: false })
  return new SocketChannel(socket, maxInFlight, listener)
}

class SocketChannel implements McpChannel {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly #socket: Socket
  readonly #unsent = new Unsent()
  #usable = true
  /** Why the connection was lost; undefined when it closed cleanly. */
  #reason: Error | undefined

  constructor(socket: Socket, maxInFlight: number, listener: McpListener) {
    this.#socket = socket
    this.maxInFlight = maxInFlight
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise
    const lines = messageLines(listener)
    socket.on('data', (bytes: Buffer) => {
      lines.push(bytes)
      if (lines.fault !== undefined) this.#lose(new ChannelLost('protocol', lines.fault))
    })
    socket.on('end', () => {
      this.#usable = false
      if (lines.pending > 0) this.#reason ??= new Error('the server closed the connection in the middle of a message')
      // No reply can arrive any more. Unsent bytes must not keep the connection half open.
      socket.destroy()
    })
    socket.on('error', (error) => {
      this.#usable = false
      this.#reason ??= new Error(`the connection was lost: ${error.message}`, { cause: error })
    })
    socket.on('close', () => {
      this.#usable = false
      resolve(this.#reason)
    })
  }

  get usable(): boolean {
    return this.#usable
  }

  async establish(_version: string, initialized: McpMessage): Promise<void> {
    this.send(initialized)
    await Promise.resolve()
  }

  send({ id, text }: McpMessage): number {
    if (!this.#usable) return 0
    this.#socket.write(`${text}\n`)
    return this.#unsent.add(id, Buffer.byteLength(text) + 1, this.#socket.writableLength)
  }

  giveUp(id: number): number {
    const left = this.#unsent.take(id, this.#socket.writableLength)
    if (left > 0) this.#lose(new ChannelLost('connection', UNREAD))
    return left
  }

  async close(): Promise<void> {
    this.#usable = false
    this.#socket.end()
    const late = realTime.setTimeout(() => this.#socket.destroy(), LINGER_MS)
    await this.closed
    realTime.clearTimeout(late)
  }

  destroy(): void {
    this.#usable = false
    this.#socket.destroy()
  }

  #lose(reason: Error): void {
    this.#reason ??= reason
    this.destroy()
  }
}
