import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outgoing } from '../../model/protocol.ts'
import type { McpRequest } from './request.ts'
import type { Traceparent } from '../../model/trace.ts'
import { realTime } from '../../model/real-time.ts'
import type { Count } from '../../model/units.ts'
import type { ChannelFailure, Negotiated } from './channel.ts'
import { channelTo, overHttp, placeOf } from './channels.ts'
import { Dialogue, type McpRequestMessage, type Waiting } from './dialogue.ts'
import { shakeHands, withNote } from './handshake.ts'
import type { JsonObject } from './json-rpc.ts'
import { negotiate } from './negotiation.ts'
import { nonceOf } from './nonce.ts'
import type { McpOptions } from './options.ts'
import { answerOf, failureOf } from './reply-rule.ts'
import { hasBatches } from './versions.ts'
import { type CallEncoder, type EncodedCall, encodersFor } from './request-encoding.ts'

const GIVEN_UP = {}

interface ConnectionOptions {
  readonly version: string
  /** Encoders for requests without and with a trace context. */
  readonly encoders: { readonly plain: CallEncoder; readonly traced: CallEncoder }
  /** Whether to send a notification to the server when a call is cancelled. */
  readonly cancels: boolean
  /** False: the connection closes after one call. */
  readonly reuse: boolean
}

/** Opens a connection and performs the handshake if the era has one. Negotiates first if no one has done so yet. */
export async function connect(
  target: URL,
  context: ConnectContext,
  options: McpOptions,
): Promise<Connection<McpRequest>> {
  const spoken = (context.negotiated as Negotiated | undefined) ?? (await negotiate(target, context, options))
  const dialogue = await Dialogue.open(await channelTo(target), target, context, spoken, options)
  try {
    const { era } = spoken
    const version =
      era === 'modern' ? spoken.version : await shakeHands(dialogue, placeOf(target), context.signal, spoken.version)
    if (version !== spoken.version) context.log(`${placeOf(target)} chose MCP ${version} instead of ${spoken.version}`)
    return new McpConnection(dialogue, {
      version,
      encoders: encodersFor({ ...spoken, version }),
      // Over HTTP in the modern era, closing the stream of the reply cancels the call.
      cancels: era === 'legacy' || !overHttp(target),
      reuse: context.reuse,
    })
  } catch (error) {
    dialogue.destroy()
    throw withNote(error, dialogue)
  }
}

/** Makes calls over a dialogue after its handshake. */
class McpConnection implements Connection<McpRequest> {
  readonly maxInFlight: number
  readonly version: string
  readonly pid?: number
  readonly closed: Promise<Error | undefined>
  readonly dialogue: Dialogue
  readonly #options: ConnectionOptions
  /** The calls to send as one batch. */
  #together: Call[] | undefined
  #closing: PromiseWithResolvers<void> | undefined

  constructor(dialogue: Dialogue, options: ConnectionOptions) {
    this.dialogue = dialogue
    this.#options = options
    this.maxInFlight = dialogue.channel.maxInFlight
    this.version = options.version
    if (dialogue.channel.pid !== undefined) this.pid = dialogue.channel.pid
    this.closed = dialogue.closed
  }

  get usable(): boolean {
    return this.#closing === undefined && this.dialogue.usable
  }

  exchange({ requestId, payload, traceparent }: Outgoing<McpRequest>, events: ExchangeEvents): Cancel {
    const id = this.dialogue.idOf(requestId)
    const { plain, traced } = this.#options.encoders
    const encode = traceparent === undefined ? plain : traced
    const call = new Call(this, id, encode(payload), events, traceparent)
    if (this.usable && this.#together !== undefined) this.#together.push(call)
    else if (this.usable) call.send()
    else realTime.queueMicrotask(() => call.failed(ALREADY_CLOSED))
    return call.cancel
  }

  together(send: () => void): Count {
    const calls: Call[] = []
    this.#together = calls
    send()
    this.#together = undefined
    const [first, ...others] = calls
    // The server may have chosen another version than the one that was negotiated for the run.
    if (first === undefined || others.length === 0 || !hasBatches(this.version)) {
      for (const call of calls) call.send()
      return calls.length
    }
    const messages = calls.map((call) => call.message())
    const shares = messages.map(({ text }) => Buffer.byteLength(text) + 1)
    const bytes = this.dialogue.askAll(messages, calls)
    const rest = shares.reduce((sum, share) => sum - share, bytes)
    for (const [place, call] of calls.entries()) call.sent((shares[place] ?? 0) + (call === first ? rest : 0))
    return 1
  }

  async close(): Promise<void> {
    this.#closing ??= Promise.withResolvers()
    if (this.dialogue.underWay === 0) this.#closing.resolve()
    await Promise.race([this.#closing.promise, this.closed])
    await this.dialogue.channel.close()
    await this.closed
  }

  destroy(): void {
    this.dialogue.destroy()
  }

  /** Called when a call has ended in any way. */
  over(): void {
    if (!this.#options.reuse && this.#closing === undefined) void this.close()
    if (this.dialogue.underWay === 0) this.#closing?.resolve()
  }

  /** Cancels a call. Returns how many bytes of the request were not sent, or slightly more. */
  giveUp(id: number): number {
    const unsent = this.dialogue.forget(id)
    if (!this.#options.cancels || !this.dialogue.usable) return unsent
    const method = 'notifications/cancelled'
    const text = `{"jsonrpc":"2.0","method":"${method}","params":{"requestId":${id},"reason":"cancelled"}}`
    this.dialogue.channel.send({ id: undefined, method, name: undefined, text, source: GIVEN_UP })
    return unsent
  }
}

const ALREADY_CLOSED: ChannelFailure = {
  errorClass: 'connection',
  message: 'the connection was already closed',
  bytesReceived: 0,
}

/** One call: the request and the callbacks it reports to. */
class Call implements Waiting {
  readonly #connection: McpConnection
  readonly #id: number
  readonly #encoded: EncodedCall
  readonly #events: ExchangeEvents
  readonly #nonce: string | undefined
  readonly #traceparent: Traceparent | undefined
  #bytesSent = 0
  #bytesReceived = 0
  #over = false

  constructor(
    connection: McpConnection,
    id: number,
    encoded: EncodedCall,
    events: ExchangeEvents,
    traceparent: Traceparent | undefined,
  ) {
    this.#connection = connection
    this.#id = id
    this.#encoded = encoded
    this.#events = events
    this.#nonce = encoded.nonced ? nonceOf(id) : undefined
    this.#traceparent = traceparent
  }

  send(): void {
    this.#bytesSent = this.#connection.dialogue.ask(this.message(), this)
  }

  /** The call was sent in a batch; `bytes` are its share. */
  sent(bytes: number): void {
    this.#bytesSent = bytes
  }

  message(): McpRequestMessage {
    return this.#encoded.message(this.#id, this.#nonce ?? '', this.#traceparent)
  }

  replied(reply: JsonObject, text: string, bytes: number): void {
    this.#bytesReceived += bytes
    if (this.#ended()) return
    const bytesSent = this.#bytesSent
    const bytesReceived = this.#bytesReceived
    const failure = failureOf(reply, text, { nonce: this.#nonce, check: this.#encoded.check })
    if (failure !== undefined) {
      this.#events.onDone({ ok: false, bytesSent, bytesReceived, ...failure })
    } else if (this.#encoded.read === undefined) {
      this.#events.onDone({ ok: true, bytesSent, bytesReceived })
    } else {
      const answer = answerOf(reply['result'], this.#encoded.read)
      this.#events.onDone({ ok: true, bytesSent, bytesReceived, answer })
    }
  }

  failed({ errorClass, message, bytesReceived, bytesSent = this.#bytesSent, status }: ChannelFailure): void {
    this.#bytesReceived += bytesReceived
    if (this.#ended()) return
    const transferred = { bytesSent, bytesReceived: this.#bytesReceived }
    this.#events.onDone({ ok: false, ...transferred, errorClass, message, ...(status !== undefined && { status }) })
  }

  progressed(bytes: number): void {
    this.#bytesReceived += bytes
    if (this.#encoded.progress) this.#events.onMessage(bytes)
  }

  readonly cancel: Cancel = () => {
    if (!this.#over) {
      this.#over = true
      this.#bytesSent = Math.max(0, this.#bytesSent - this.#connection.giveUp(this.#id))
      this.#connection.over()
    }
    return { bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived }
  }

  #ended(): boolean {
    if (this.#over) return true
    this.#over = true
    this.#connection.over()
    return false
  }
}
