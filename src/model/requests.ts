import type { Body } from './body.ts'

/** What every protocol's request may carry. */
export interface RequestLabel {
  /** Results are kept per operation under this name. */
  readonly name?: string
  /** Share of this request in a list, relative to the others; 1 when absent. */
  readonly weight?: number
  /**
   * What a journey or a setup wants to see of the answer: its text, or its text parsed as JSON, where an answer that is
   * none is an error of class `protocol`. Nothing is kept when absent.
   */
  readonly read?: 'text' | 'json'
}

/** What an answer must satisfy beyond its status, as plain data, so that it runs in the generator threads. */
export interface HttpCheck {
  readonly status?: number
  /** Header names in lower case, with the exact value each must have. */
  readonly header?: Readonly<Record<string, string>>
  readonly bodyIncludes?: string
  /** `path` is dotted: `items.0.id`. */
  readonly json?: { readonly path: string; readonly equals: unknown }
}

/** The answer as a check function sees it. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type HttpCheckFunction = (answer: HttpAnswer) => boolean

export interface HttpRequest extends Omit<RequestLabel, 'read'> {
  /** Default `GET`. */
  readonly method?: string
  /** Appended to the path of the target; default `/`. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
  /** Statuses that count as success, as inclusive ranges; default `[[200, 399]]`. */
  readonly ok?: readonly (readonly [number, number])[]
  /** A function makes the run inline, which the result names as a doubt. */
  readonly check?: HttpCheck | HttpCheckFunction
  /**
   * The answer is a stream whose messages are timed one by one: the events of `text/event-stream`, or the chunks of a
   * chunked body.
   */
  readonly stream?: 'sse' | 'chunks'
  /** `headers`: status and headers only, however long the body is. Else as of any request. */
  readonly read?: 'headers' | 'text' | 'json'
}

/** Describes messages that are never a response: a push, a greeting. */
export interface Ignore {
  /** The message, as UTF-8, contains this text. */
  readonly bodyIncludes: string
}

/** What every protocol has that matches responses by their order. */
interface MatchedByOrder {
  /**
   * Messages that are never a response, by one rule or several. From this request on they answer no request of its
   * connection; the result counts them as `unsolicited`. Without it, a message that arrives with a request in flight is
   * taken for its response.
   */
  readonly ignore?: Ignore | readonly Ignore[]
}

/** A message over a WebSocket, and how many come back for it. */
export interface WebSocketRequest extends RequestLabel, MatchedByOrder {
  /** Text goes as a text frame, bytes as a binary one. Absent: nothing is sent, and pushed messages are waited for. */
  readonly data?: Body
  /** How many messages answer it; default 1. */
  readonly replies?: number
  /**
   * `order`: answers come in the order of the requests. `id`: `data` is a JSON object; it is sent with an `id` of its
   * own, and what carries that `id` answers it.
   */
  readonly correlate?: 'order' | 'id'
  /** Sends a ping frame instead of `data`; the pong is the answer. */
  readonly ping?: boolean
}

/** A frame over TCP or TLS, and how many come back for it. */
export interface TcpRequest extends RequestLabel, MatchedByOrder {
  /** The frame's content; the framing adds its own bytes. */
  readonly data?: Body
  /** How many frames answer it; default 1. */
  readonly replies?: number
}

interface McpLabel extends RequestLabel {
  /**
   * Dotted path of a text in `arguments` or `params` (`message`) to which a text of this request alone is appended; an
   * answer without it belongs to another request: class `misrouted`. A tool called `echo` with a `message` has it by
   * itself; `false` switches that off.
   */
  readonly nonce?: string | false
  /** Progress is asked for, and each notification is timed as a message of a stream. */
  readonly progress?: boolean
}

/** One operation of a server of the Model Context Protocol. */
export type McpRequest =
  | (McpLabel & { readonly tool: string; readonly arguments?: Readonly<Record<string, unknown>> })
  | (McpLabel & { readonly resource: string })
  | (McpLabel & { readonly prompt: string; readonly arguments?: Readonly<Record<string, string>> })
  | (McpLabel & { readonly method: string; readonly params?: Readonly<Record<string, unknown>> })

/** A request of any protocol, as far as the rooms that do not speak it need to know. */
export interface AnyRequest extends Omit<RequestLabel, 'read'> {
  readonly read?: 'headers' | 'text' | 'json'
  readonly [key: string]: unknown
}
