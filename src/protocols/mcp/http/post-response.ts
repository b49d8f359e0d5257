import { EventStreamParser } from '../../framers/event-stream.ts'
import type { StreamEvent } from '../../framers/event-stream.ts'
import { AnswerText } from './answer-text.ts'
import type { PostOwner } from './posted.ts'
import { contentTypeOf, headBytesOf } from './response-fields.ts'

/** The response to a posted message: one text, or a stream of events, which may continue in a further response. */
export class PostResponse {
  readonly #onEvent: (event: StreamEvent) => void
  readonly #owner: Pick<PostOwner, 'session'>
  readonly #limitBytes: number
  #status = 0
  #contentType = ''
  #body: AnswerText | undefined
  #stream: EventStreamParser | undefined

  /** `limitBytes`: maximum bytes of a message. */
  constructor(limitBytes: number, owner: Pick<PostOwner, 'session'>, onEvent: (event: StreamEvent) => void) {
    this.#limitBytes = limitBytes
    this.#onEvent = onEvent
    this.#owner = owner
  }

  /** 0 before the response began. */
  get status(): number {
    return this.#status
  }

  get contentType(): string {
    return this.#contentType
  }

  /** The stream of events, if one has begun. */
  get stream(): EventStreamParser | undefined {
    return this.#stream
  }

  /** Whether the current response is one text. */
  get isText(): boolean {
    return this.#body !== undefined
  }

  /** Bytes of the text so far. */
  get textBytes(): number {
    return this.#body?.bytes ?? 0
  }

  readText(): string {
    return this.#body?.read() ?? ''
  }

  /** Begins a response. Returns the bytes of its head if it is a stream, which has no other place to count them. */
  begin(status: number, headers: Readonly<Record<string, string>>): number {
    const session = headers['mcp-session-id']
    if (session !== undefined) this.#owner.session(session)
    this.#status = status
    this.#contentType = contentTypeOf(headers)
    if (status >= 200 && status <= 299 && this.#contentType === 'text/event-stream') {
      this.#stream ??= new EventStreamParser(this.#onEvent, { limitBytes: this.#limitBytes })
      this.#stream.begin()
      this.#body = undefined
      return headBytesOf(status, headers)
    }
    this.#body = new AnswerText(headers['content-length'], this.#limitBytes)
    return 0
  }

  /** Adds bytes. Returns why they cannot be read, if a message is too long. */
  add(bytes: Uint8Array): string | undefined {
    if (this.#body !== undefined) this.#body.add(bytes)
    else this.#stream?.push(bytes, 0, bytes.length)
    return (this.#body ?? this.#stream)?.violation
  }
}
