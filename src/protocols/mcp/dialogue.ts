import { randomInt } from 'node:crypto'
import { formatValue } from '../../model/errors.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import { ConnectionState } from '../connection-state.ts'
import { ChannelLost } from './channel.ts'
import type { ChannelFailure, McpChannel, McpListener, McpMessage, Negotiated, OpenChannel } from './channel.ts'
import { formatNoMessage, idNumber, idOfBroken, isObject, isTooDeep, messagesIn, METHOD_NOT_FOUND } from './json-rpc.ts'
import type { JsonObject } from './json-rpc.ts'
import type { McpOptions } from './options.ts'

/** Start of the ids that no request of a run uses before it has sent more than 500 million requests. */
const OWN_IDS = 2 ** 30
/** Maximum number of unmatched replies, and of lines that are not messages, to log. Further ones are only counted. */
const MAX_STRAYS_LOGGED = 5
/** Maximum number of abandoned ids to remember. A reply to an older call counts as unsolicited. */
const MAX_ABANDONED = 1_000
/** Maximum bytes of messages that are kept until the channel is open. Further ones are ignored. */
const MAX_EARLY_BYTES = 1024 * 1024
/** Maximum length of an id or a method that a server's request may have to get an answer, which repeats both. */
const MAX_ANSWERED_LENGTH = 1_000
const FOR_THE_SERVER = {}

/** A message that gets a reply. */
export interface McpRequestMessage extends McpMessage {
  readonly id: number
}

/** Receives a reply. Exactly one of `replied` and `failed` is called, once, unless `forget` was called before. */
export interface Waiting {
  /** `text`: the JSON that the reply was parsed from. */
  replied(reply: JsonObject, text: string, bytes: number): void
  failed(failure: ChannelFailure): void
  /** Called for each progress notification of this call. */
  progressed(bytes: number): void
}

/**
 * Matches the replies on one channel to calls, and handles messages that belong to no call. Ids are unique over all
 * connections of a run, because some servers mix up connections that use the same ids.
 *
 * A reply with an unknown id is unsolicited. Notifications and requests from the server are not: the protocol defines
 * them, and they cannot be mistaken for a reply.
 */
export class Dialogue implements McpListener {
  readonly #state = new ConnectionState()
  readonly #waiting = new Map<number, Waiting>()
  /** Ids of abandoned calls: a reply that still arrives is late, not unsolicited. */
  readonly #abandoned = new Set<number>()
  readonly #log: ConnectContext['log']
  readonly #onUnsolicited: ConnectContext['onUnsolicited']
  #channel: McpChannel | undefined
  /** Messages that arrived with the handshake of the transport, before the channel could send replies. */
  readonly #early: { readonly text: string; readonly bytes: number }[] = []
  #earlyBytes = 0
  #strays = 0

  /** Whether lines that are not messages are ignored: many servers print a banner or logs on their standard output. */
  readonly #ignoresStrayLines: boolean
  readonly #onStrayLine: ConnectContext['onStrayLine']
  #strayLines = 0
  #firstStrayLine = ''

  private constructor({ log, onUnsolicited, onStrayLine }: ConnectContext, ignoresStrayLines: boolean) {
    this.#log = log
    this.#onUnsolicited = onUnsolicited
    this.#onStrayLine = onStrayLine
    this.#ignoresStrayLines = ignoresStrayLines
  }

  /** Opens a channel and a dialogue over it. Rejects with a `ConnectError`. */
  static async open(
    open: OpenChannel,
    target: URL,
    context: ConnectContext,
    spoken: Negotiated,
    options: McpOptions,
  ): Promise<Dialogue> {
    const dialogue = new Dialogue(context, target.protocol === 'mcp+stdio:')
    const channel = await open(target, context, spoken, options, dialogue)
    dialogue.#channel = channel
    void dialogue.#end(channel)
    for (const { text, bytes } of dialogue.#early.splice(0)) dialogue.message(text, bytes)
    return dialogue
  }

  get channel(): McpChannel {
    if (this.#channel === undefined) throw new TypeError('the dialogue has no channel before it is open')
    return this.#channel
  }

  get usable(): boolean {
    return this.#state.usable && this.channel.usable
  }

  /** Number of calls in flight. */
  get underWay(): number {
    return this.#waiting.size
  }

  /** Returns an unused id for a message that is not a request of the run. */
  ownId(): number {
    return OWN_IDS + randomInt(OWN_IDS)
  }

  /**
   * Returns the id of a request: 2, 4, 6 … for 0, 1, 2 … in the run, and 1, 3, 5 … for −1, −2, −3 … in the warm-up. It
   * is never negative, because some servers use unsigned types.
   */
  idOf(requestId: number): number {
    const id = requestId >= 0 ? 2 * requestId + 2 : -2 * requestId - 1
    return id < OWN_IDS && !this.#waiting.has(id) ? id : this.ownId()
  }

  /** Sends a request. Returns the number of bytes sent. */
  ask(message: McpRequestMessage, waiting: Waiting): number {
    this.#waiting.set(message.id, waiting)
    return this.channel.send(message)
  }

  /** Sends requests as one batch (2025-03-26). Returns the number of bytes sent. */
  askAll(messages: readonly McpRequestMessage[], waiting: readonly Waiting[]): number {
    const [first] = messages
    if (first === undefined) return 0
    for (const [place, { id }] of messages.entries()) {
      const call = waiting[place]
      if (call !== undefined) this.#waiting.set(id, call)
    }
    const text = `[${messages.map((message) => message.text).join()}]`
    const { traceparent: _, ...rest } = first
    return this.channel.send({ ...rest, text, batch: messages.map(({ id }) => id) })
  }

  /** Abandons a call. Returns how many bytes of the request were not sent, or slightly more. */
  forget(id: number): number {
    this.#waiting.delete(id)
    this.#abandoned.add(id)
    const [oldest] = this.#abandoned
    if (oldest !== undefined && this.#abandoned.size > MAX_ABANDONED) this.#abandoned.delete(oldest)
    return this.channel.giveUp(id)
  }

  /** Resolves when the channel is closed and every call in flight has failed. Never rejects. */
  get closed(): Promise<Error | undefined> {
    return this.#state.closed
  }

  destroy(): void {
    this.#state.stop()
    this.channel.destroy()
  }

  message(text: string, bytes: number, id?: number): void {
    // Nothing counts after a message that is not JSON-RPC.
    if (this.#state.reason !== undefined) return
    if (this.#channel === undefined) return this.#keepEarly(text, bytes)
    const messages = messagesIn(text)
    if (messages?.every((message) => this.#isMeant(message)) !== true)
      return this.#handleOther(text, bytes, id ?? idOfBroken(text))
    const [only] = messages
    if (messages.length === 1 && only !== undefined) this.#handle(only, text, bytes)
    // Count the bytes of a batch once. Pass each message's own text: the text of the batch contains all nonces.
    else messages.forEach((message, index) => this.#handle(message, JSON.stringify(message), index === 0 ? bytes : 0))
    // A text may look like the reply and not be it, for example when it has two members `id`.
    if (id !== undefined && this.#waiting.has(id)) {
      const message = `expected the reply to the request, got ${formatValue(text)}`
      this.failed(id, { errorClass: 'protocol', message, bytesReceived: bytes })
    }
  }

  /** Suffix for the message of a failed handshake: lines on standard output often say why it failed. */
  get strayNote(): string {
    if (this.#strayLines === 0) return ''
    const [noun, verb] = this.#strayLines === 1 ? ['line', 'is not a message'] : ['lines', 'are not messages']
    const where = `${this.#strayLines} ${noun} on its standard output (stdout) ${verb}`
    return `; ${where}, the first: ${this.#firstStrayLine} (logs belong on stderr)`
  }

  failed(id: number, failure: ChannelFailure): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    waiting.failed(failure)
  }

  async #end(channel: McpChannel): Promise<void> {
    const lost = await channel.closed
    if (lost !== undefined) this.#state.lose(lost)
    const { reason, over: destroyed } = this.#state
    const left = this.#waiting.size
    const ended = destroyed ? 'the connection was destroyed' : 'the server closed the connection'
    const message = reason?.message ?? ended
    this.#failAll(reason instanceof ChannelLost ? reason : new ChannelLost('connection', message))
    if (this.#strays > MAX_STRAYS_LOGGED) this.#log(`${this.#strays} replies matched no call`)
    if (this.#strayLines > MAX_STRAYS_LOGGED)
      this.#log(`${this.#strayLines} lines on standard output were not messages`)
    // A server that closes while calls are in flight did not close cleanly.
    if (left > 0 && !destroyed) this.#state.lose(new Error(message))
    this.#state.end()
  }

  /** Whether a message is one, and not a log in JSON on the standard output of a server. */
  #isMeant({ jsonrpc, id, method }: JsonObject): boolean {
    if (!this.#ignoresStrayLines || jsonrpc === '2.0') return true
    // Some servers omit the version. A log may have a method, a result or an error, but not the id of a call.
    const number = idNumber(id)
    return typeof method !== 'string' && (this.#waiting.has(number) || this.#abandoned.has(number))
  }

  #keepEarly(text: string, bytes: number): void {
    this.#earlyBytes += bytes
    if (this.#earlyBytes <= MAX_EARLY_BYTES) this.#early.push({ text, bytes })
  }

  /** Handles a text that is not a message. `id`: the call that it seems to answer. */
  #handleOther(text: string, bytes: number, id: number | undefined): void {
    if (id !== undefined && this.#waiting.has(id)) {
      this.failed(id, { errorClass: 'protocol', message: formatNoMessage(text), bytesReceived: bytes })
    } else if (id !== undefined) this.#stray(id, id, text)
    else if (this.#ignoresStrayLines && !isTooDeep(text)) this.#strayLine(text)
    else this.#break(formatNoMessage(text))
  }

  #handle(message: JsonObject, text: string, bytes: number): void {
    const { id, method } = message
    if (typeof method === 'string') {
      if (id === undefined) this.#notified(method, message['params'], bytes)
      else this.#answer(id, method)
      return
    }
    const number = idNumber(id)
    let answered = this.#waiting.get(number)
    if (answered !== undefined) {
      this.#waiting.delete(number)
    } else if ((id === undefined || id === null) && 'error' in message && this.#waiting.size === 1) {
      // A server that could not parse a request cannot return its id. With only one call in flight, it is that call.
      for (const only of this.#waiting.values()) answered = only
      this.#waiting.clear()
    }
    if (answered === undefined) this.#stray(number, id, text)
    else answered.replied(message, text, bytes)
  }

  #notified(method: string, params: unknown, bytes: number): void {
    if (method !== 'notifications/progress') return
    if (isObject(params)) this.#waiting.get(idNumber(params['progressToken']))?.progressed(bytes)
  }

  /** Answers a request from the server, so that the server does not hang. The client supports only `ping`. */
  #answer(id: unknown, method: string): void {
    const isShort = method.length <= MAX_ANSWERED_LENGTH && (typeof id !== 'string' || id.length <= MAX_ANSWERED_LENGTH)
    if (!isShort || (typeof id !== 'string' && typeof id !== 'number')) {
      return this.#log(
        `a request of the server gets no answer, because its id or method is invalid: ${formatValue(id)}`,
      )
    }
    const answer =
      method === 'ping'
        ? { result: {} }
        : { error: { code: METHOD_NOT_FOUND, message: `describe-load does not offer ${method}` } }
    const text = JSON.stringify({ jsonrpc: '2.0', id, ...answer })
    this.channel.send({ id: undefined, method: undefined, name: undefined, text, source: FOR_THE_SERVER })
  }

  #strayLine(text: string): void {
    this.#onStrayLine?.()
    if (++this.#strayLines > MAX_STRAYS_LOGGED) return
    const shown = formatValue(text.trimEnd())
    if (this.#strayLines === 1) this.#firstStrayLine = shown
    this.#log(`a line on standard output is not a message: ${shown}`)
  }

  /** Handles a reply that matches no call: it is late, repeated, or from a server that mixes up its clients. */
  #stray(number: number, id: unknown, text: string): void {
    this.#strays++
    if (!this.#abandoned.delete(number)) this.#onUnsolicited?.(1, 0)
    if (this.#strays > MAX_STRAYS_LOGGED) return
    this.#log(`a reply with the id ${formatValue(id)} matches no call in flight: ${formatValue(text)}`)
  }

  #break(message: string): void {
    const lost = new ChannelLost('protocol', message)
    this.#state.lose(lost)
    this.#failAll(lost)
    this.channel.destroy()
  }

  #failAll({ errorClass, message }: ChannelLost): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of all) waiting.failed({ errorClass, message, bytesReceived: 0 })
  }
}
