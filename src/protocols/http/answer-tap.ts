import type { ExchangeEvents } from '../../model/protocol.ts'
import { EventStreamParser } from '../framers/event-stream.ts'
import type { KeptAnswer } from './answer-rule.ts'
import { EXAMINED_BYTES } from '../kept-bytes.ts'
import { BodyBeginning, BodyCapture } from './body-capture.ts'
import type { HeaderFields, HeaderMap } from './header-map.ts'
import type { EncodedRequest } from './request-encoding.ts'

/** Events are counted and timed, but their data is not kept. */
const COUNTED = { keepData: false, limitBytes: EXAMINED_BYTES }

/** Passes a response on while it arrives: to a sink, to the body capture, and as stream messages to the engine. */
export class AnswerTap implements KeptAnswer {
  headers: HeaderMap = {}
  setCookie: readonly string[] = []
  readonly body: BodyCapture | undefined

  readonly #request: EncodedRequest
  readonly #events: ExchangeEvents
  /** Whether the connection uses HTTP/2, which has no chunks. Then each received piece counts as a message. */
  readonly #multiplexed: boolean
  /** Beginning of a body that the rule does not read. */
  #beginning: BodyBeginning | undefined
  #parser: EventStreamParser | undefined
  #countsChunks = false
  #chunkBytes = 0
  #violation: string | undefined

  constructor(request: EncodedRequest, events: ExchangeEvents, multiplexed: boolean) {
    this.#request = request
    this.#events = events
    this.#multiplexed = multiplexed
    this.body = request.rule.reads ? new BodyCapture() : undefined
  }

  get violation(): string | undefined {
    return this.#violation ?? this.#parser?.violation
  }

  get beginning(): string {
    return (this.body ?? this.#beginning)?.beginning(this.headers['content-encoding']) ?? ''
  }

  /** Handles the head of the final response. */
  head(status: number, { headers, setCookie }: HeaderFields): void {
    const { rule, stream, sink } = this.#request
    this.headers = headers
    this.setCookie = setCookie
    if (this.body === undefined && !rule.accepts(status)) this.#beginning = new BodyBeginning()
    // The body of an error response is not a stream. The rule judges it by its status.
    if (stream !== undefined && rule.accepts(status)) {
      this.#violation = this.#streamViolation(stream)
      if (this.#violation === undefined) this.#count(stream)
    }
    sink?.head(status, headers)
  }

  data(bytes: Uint8Array): void {
    this.body?.add(bytes)
    this.#beginning?.add(bytes)
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

  #streamViolation(stream: 'sse' | 'chunks'): string | undefined {
    if (stream === 'sse') {
      const type = this.headers['content-type'] ?? 'none'
      const isStream = type.split(';', 1)[0]?.trim().toLowerCase() === 'text/event-stream'
      if (!isStream) return `expected content-type text/event-stream, got ${type}`
      const coding = this.headers['content-encoding'] ?? 'identity'
      return coding === 'identity' ? undefined : `expected events, got a stream with content-encoding ${coding}`
    }
    const chunked = this.#multiplexed || /chunked\s*$/i.test(this.headers['transfer-encoding'] ?? '')
    return chunked ? undefined : 'expected a chunked body, got one without chunks'
  }
}
