import type { Outcome } from '../../../model/protocol.ts'
import type { ErrorClass } from '../../../model/error-class.ts'
import { EventStreamParser } from '../../framers/event-stream.ts'
import type { StreamEvent } from '../../framers/event-stream.ts'
import type { AnswerSink } from '../../http/answer-sink.ts'
import type { ChannelFailure } from '../channel.ts'
import { tooLong } from '../message-limit.ts'
import { formatStatus } from './refusal.ts'
import { positionOf } from './stream-position.ts'
import type { StreamPosition } from './stream-position.ts'
import { contentTypeOf } from './response-fields.ts'
import type { Asker } from './sockets.ts'

/** An event stream that is requested with GET, and requested again when it has ended. */
export class ServerStream implements AnswerSink, Asker {
  readonly #onEnd: ((failure: ChannelFailure) => void) | undefined
  readonly #parser: EventStreamParser
  #status = 0
  #contentType = ''

  /** `onEnd` is called with the reason when the stream does not open or ends. */
  constructor(limitBytes: number, onEvent: (event: StreamEvent) => void, onEnd?: (failure: ChannelFailure) => void) {
    this.#parser = new EventStreamParser(onEvent, { limitBytes })
    this.#onEnd = onEnd
  }

  /** Where the stream continues; undefined when the server refused it, or sent something that cannot be read. */
  get position(): StreamPosition | undefined {
    return this.#isStream() && this.#parser.violation === undefined ? positionOf(this.#parser) : undefined
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status
    this.#contentType = contentTypeOf(headers)
    this.#parser.begin()
  }

  data(bytes: Uint8Array): void {
    const parser = this.#parser
    if (!this.#isStream() || parser.violation !== undefined) return
    parser.push(bytes, 0, bytes.length)
    if (parser.violation !== undefined)
      this.#onEnd?.({ errorClass: 'protocol', message: tooLong(parser.violation), bytesReceived: 0 })
  }

  ended({ ok, errorClass = 'connection', message = 'the exchange failed', bytesReceived }: Outcome): void {
    const status = this.#status > 0 ? { status: this.#status } : {}
    const fail = (failure: ErrorClass, words: string): void =>
      this.#onEnd?.({ errorClass: failure, message: words, bytesReceived, ...status })
    if (!ok) fail(errorClass, message)
    else if (this.#isStream()) fail('connection', 'the server ended its event stream')
    else if (this.#status < 300)
      fail('protocol', `expected content-type text/event-stream, got ${this.#contentType || 'none'}`)
    else if (this.#status < 400) fail('status', formatStatus(this.#status))
    else fail(this.#status < 500 ? 'http-4xx' : 'http-5xx', formatStatus(this.#status))
  }

  #isStream(): boolean {
    return this.#status >= 200 && this.#status < 300 && this.#contentType === 'text/event-stream'
  }
}
