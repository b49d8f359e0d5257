import { randomInt } from 'node:crypto'
import { wordValue } from '../../model/errors.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import { ChannelLost } from './channel.ts'
import type { ChannelFailure, McpChannel, McpListener, McpMessage, Negotiated, OpenChannel } from './channel.ts'
import { messagesIn, METHOD_NOT_FOUND } from './json-rpc.ts'
import type { JsonObject } from './json-rpc.ts'
import type { McpOptions } from './options.ts'

/** Ids that no request of a run has, before it has had half a thousand million of them. */
const OWN_IDS = 2 ** 30
/** Replies to nobody that are told one by one; of a server that sends nothing else, the rest are only counted. */
const STRAYS_TOLD = 5
/** Ids of abandoned calls that are remembered; a reply to an older one counts as unsolicited. */
const MAX_ABANDONED = 1_000
const FOR_THE_SERVER = {}

/** A message that a reply comes for. */
export interface McpRequestMessage extends McpMessage {
  readonly id: number
}

/** Who waits for a reply. Exactly one of `replied` and `failed` is called, once, unless it was `forgotten`. */
export interface Waiting {
  /** `text` is what the reply was parsed from. */
  replied(reply: JsonObject, text: string, bytes: number): void
  failed(failure: ChannelFailure): void
  /** A progress notification for it. */
  progressed(bytes: number): void
}

/**
 * What is said over one channel: which reply belongs to which call, and what happens to messages that belong to none.
 * Ids are unique over all connections of a run, since some servers mix up those that meet.
 *
 * A reply whose id no call has is unsolicited. Notifications and the requests of a server are not: the protocol provides
 * for them, and none can pass for a reply.
 */
export class Dialogue implements McpListener {
  readonly #waiting = new Map<number, Waiting>()
  /** Ids of calls that were given up: a reply that still arrives is late, not unsolicited. */
  readonly #abandoned = new Set<unknown>()
  readonly #log: ConnectContext['log']
  readonly #onUnsolicited: ConnectContext['onUnsolicited']
  #channel: McpChannel | undefined
  /** What came before there was a channel to answer by: in the packet that opened it. */
  readonly #early: { readonly text: string; readonly bytes: number }[] = []
  #closed: Promise<Error | undefined> = Promise.resolve(undefined)
  #strays = 0
  /** What the server said that is not JSON-RPC. */
  #fault: ChannelLost | undefined
  #destroyed = false

  private constructor({ log, onUnsolicited }: ConnectContext) {
    this.#log = log
    this.#onUnsolicited = onUnsolicited
  }

  /** Rejects with a `ConnectError`. */
  static async open(
    open: OpenChannel,
    target: URL,
    context: ConnectContext,
    spoken: Negotiated,
    options: McpOptions,
  ): Promise<Dialogue> {
    const dialogue = new Dialogue(context)
    const channel = await open(target, context, spoken, options, dialogue)
    dialogue.#channel = channel
    dialogue.#closed = dialogue.#end(channel)
    for (const { text, bytes } of dialogue.#early.splice(0)) dialogue.message(text, bytes)
    return dialogue
  }

  get channel(): McpChannel {
    if (this.#channel === undefined) throw new TypeError('a dialogue has a channel once it is open')
    return this.#channel
  }

  get usable(): boolean {
    return this.#fault === undefined && this.channel.usable
  }

  /** How many wait for a reply. */
  get underWay(): number {
    return this.#waiting.size
  }

  /** An id of nobody's, for what is not a request of the run. */
  ownId(): number {
    return OWN_IDS + randomInt(OWN_IDS)
  }

  /**
   * The id of a request of the run: 2, 4, 6 … for 0, 1, 2 …, and 1, 3, 5 … for −1, −2, −3 … of the warm-up. Never
   * negative, which some servers' types have no room for.
   */
  idOf(requestId: number): number {
    const id = requestId >= 0 ? 2 * requestId + 2 : -2 * requestId - 1
    return id < OWN_IDS && !this.#waiting.has(id) ? id : this.ownId()
  }

  /** Sends a request; tells the bytes that went out. */
  ask(message: McpRequestMessage, waiting: Waiting): number {
    this.#waiting.set(message.id, waiting)
    return this.channel.send(message)
  }

  /** Nobody waits for this reply any more. Returns how many bytes of the request had not left, or a few more. */
  forget(id: number): number {
    this.#waiting.delete(id)
    this.#abandoned.add(id)
    const [oldest] = this.#abandoned
    if (this.#abandoned.size > MAX_ABANDONED) this.#abandoned.delete(oldest)
    return this.channel.giveUp(id)
  }

  /** Resolves when the channel is closed and everyone who waited has been told. Never rejects. */
  get closed(): Promise<Error | undefined> {
    return this.#closed
  }

  destroy(): void {
    this.#destroyed = true
    this.channel.destroy()
  }

  message(text: string, bytes: number): void {
    if (this.#fault !== undefined) return
    if (this.#channel === undefined) return void this.#early.push({ text, bytes })
    const messages = messagesIn(text)
    if (messages === undefined) {
      this.#break(`the server sent what is not JSON-RPC: ${wordValue(text)}`)
      return
    }
    const [only] = messages
    if (messages.length === 1 && only !== undefined) return this.#take(only, text, bytes)
    // The bytes of a batch are told once; its text holds the nonces of all.
    messages.forEach((message, index) => this.#take(message, JSON.stringify(message), index === 0 ? bytes : 0))
  }

  failed(id: number, failure: ChannelFailure): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    waiting.failed(failure)
  }

  async #end(channel: McpChannel): Promise<Error | undefined> {
    const lost = await channel.closed
    const reason = this.#fault ?? lost
    const left = this.#waiting.size
    const ended = this.#destroyed ? 'the connection was destroyed' : 'the server closed the connection'
    const message = reason?.message ?? ended
    this.#failAll(reason instanceof ChannelLost ? reason : new ChannelLost('connection', message))
    if (this.#strays > STRAYS_TOLD) this.#log(`${this.#strays} messages belonged to no call`)
    // That it ended in order is not true of a server that still owed replies.
    return reason ?? (left > 0 && !this.#destroyed ? new Error(message) : undefined)
  }

  #take(message: JsonObject, text: string, bytes: number): void {
    const { id, method } = message
    if (typeof method === 'string') {
      if (id === undefined) this.#notified(method, message['params'], bytes)
      else this.#answer(id, method)
      return
    }
    let answered = typeof id === 'number' ? this.#waiting.get(id) : undefined
    if (answered !== undefined) {
      this.#waiting.delete(id as number)
    } else if ((id === undefined || id === null) && 'error' in message && this.#waiting.size === 1) {
      // A server that could not read a request cannot name it; with one under way, it is that one.
      for (const only of this.#waiting.values()) answered = only
      this.#waiting.clear()
    }
    if (answered === undefined) this.#stray(id, text)
    else answered.replied(message, text, bytes)
  }

  #notified(method: string, params: unknown, bytes: number): void {
    if (method !== 'notifications/progress') return
    const token = (params as JsonObject | undefined)?.['progressToken']
    if (typeof token === 'number') this.#waiting.get(token)?.progressed(bytes)
  }

  /** No server is to hang because of us; there is nothing we offered. */
  #answer(id: unknown, method: string): void {
    const answer =
      method === 'ping'
        ? { result: {} }
        : { error: { code: METHOD_NOT_FOUND, message: `describe-load does not offer ${method}` } }
    const text = JSON.stringify({ jsonrpc: '2.0', id, ...answer })
    this.channel.send({ id: undefined, method: undefined, name: undefined, text, source: FOR_THE_SERVER })
  }

  /** It answers nobody, whoever may be waiting: it came too late, twice, or from a server that mixes up its callers. */
  #stray(id: unknown, text: string): void {
    this.#strays++
    if (!this.#abandoned.delete(id)) this.#onUnsolicited?.(1, 0)
    if (this.#strays > STRAYS_TOLD) return
    this.#log(`a reply with the id ${wordValue(id)} belongs to no call under way: ${wordValue(text)}`)
  }

  #break(message: string): void {
    this.#fault = new ChannelLost('protocol', message)
    this.#failAll(this.#fault)
    this.channel.destroy()
  }

  #failAll({ errorClass, message }: ChannelLost): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of all) waiting.failed({ errorClass, message, bytesReceived: 0 })
  }
}
