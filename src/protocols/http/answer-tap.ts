import type { ExchangeEvents } from '../../model/protocol.ts'
import { EventStreamParser } from '../framers/event-stream.ts'
import type { KeptAnswer } from './answer-rule.ts'
import { BodyCapture, CAPTURE_LIMIT } from './body-capture.ts'
import type { HeaderFields, HeaderMap } from './header-map.ts'
import type { EncodedRequest } from './request-encoding.ts'

/** Events are counted and timed; what they say is not kept. */
const COUNTED = { keepData: false, limitBytes: CAPTURE_LIMIT }

/** Hands a response on while it passes: to a sink, to what is kept of it, and as messages of a stream. */
export class AnswerTap implements KeptAnswer {
  headers: HeaderMap = {}
  setCookie: readonly string[] = []
  readonly body: BodyCapture | undefined

  readonly #request: EncodedRequest
  readonly #events: ExchangeEvents
  /** Over HTTP/2 a body has no chunks: there, its messages are the pieces as they come. */
  readonly #multiplexed: boolean
  #parser: EventStreamParser | undefined
  #countsChunks = false
  #chunkBytes = 0
  #fault: string | undefined

  constructor(request: EncodedRequest, events: ExchangeEvents, multiplexed: boolean) {
    this.#request = request
    this.#events = events
    this.#multiplexed = multiplexed
    this.body = request.rule.reads ? new BodyCapture() : undefined
  }

  get fault(): string | undefined {
    return this.#fault ?? this.#parser?.fault
  }

  /** Of the final response. */
  head(status: number, { headers, setCookie }: HeaderFields): void {
    const { rule, stream, sink } = this.#request
    this.headers = headers
    this.setCookie = setCookie
    // The page that comes with an error is no stream, and its status says enough.
    if (stream !== undefined && rule.accepts(status)) {
      this.#fault = this.#streamFault(stream)
      if (this.#fault === undefined) this.#count(stream)
    }
    sink?.head(status, headers)
  }

  data(bytes: Uint8Array): void {
    this.body?.take(bytes)
    this.#parser?.push(bytes, 0, bytes.length)
    this.#chunkBytes += bytes.length
    this.#request.sink?.data(bytes)
  }

  chunkEnd(): void {
    const bytes = this.#chunkBytes
    this.#chunkBytes = 0
    if (this.#countsChunks) this.#events.onMessage(bytes)
  }

  #count(stream: 'sse' | 'chunks'): void {
    if (stream === 'chunks') this.#countsChunks = true
    else this.#parser = new EventStreamParser(({ bytes }) => this.#events.onMessage(bytes), COUNTED)
  }

  #streamFault(stream: 'sse' | 'chunks'): string | undefined {
    if (stream === 'sse') {
      const type = this.headers['content-type'] ?? 'none'
      const isStream = type.split(';', 1)[0]?.trim().toLowerCase() === 'text/event-stream'
      return isStream ? undefined : `expected content-type text/event-stream, got ${type}`
    }
    const chunked = this.#multiplexed || /chunked\s*$/i.test(this.headers['transfer-encoding'] ?? '')
    return chunked ? undefined : 'expected a chunked body, got one without chunks'
  }
}
