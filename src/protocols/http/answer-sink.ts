import type { HttpRequest } from '../../model/requests.ts'

/** Takes a response while it arrives: what a protocol that is spoken over HTTP is built on. */
export interface AnswerSink {
  /** Of the final response, once, before any of its body. Header names are in lower case. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** A piece of the body without its framing, as it came; the bytes are valid only during the call. */
  data(bytes: Uint8Array): void
}

/**
 * A request as another protocol of this thread makes it; a plan's request cannot carry a sink, which is a function. After
 * `Cancel` the sink is called no more, also where it was the sink that cancelled. Requests that share one frozen object of
 * headers share its encoding: another body each time costs no more than its own bytes.
 */
export type SinkRequest = HttpRequest & { readonly sink?: AnswerSink }
