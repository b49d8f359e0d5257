import type { Body } from './body.ts'

/** Keys that requests of every protocol have in common. */
export interface RequestLabel {
  /** Results are kept per operation under this name. */
  readonly name?: string
  /** Share of this request in a list, relative to the others; default 1. */
  readonly weight?: number
  /**
   * What a journey or a setup needs from the response: its text, or its text parsed as JSON (a response that does not
   * parse is an error of class `protocol`). Default: nothing is kept.
   */
  readonly read?: 'text' | 'json'
}

/**
 * Conditions that a response must satisfy besides its status, as plain data, so that generator threads can check them.
 */
export interface HttpCheck {
  readonly status?: number
  /** Header names in lower case, each with the exact value it must have. */
  readonly header?: Readonly<Record<string, string>>
  readonly bodyIncludes?: string
  /** `path` is dotted: `items.0.id`. */
  readonly json?: { readonly path: string; readonly equals: unknown }
}

/** The response, as a check function sees it. */
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
  /** A function makes the generator run in the test's thread, which the result reports as a doubt. */
  readonly check?: HttpCheck | HttpCheckFunction
  /**
   * Treats the response as a stream and times its messages: the events of `text/event-stream`, or the chunks of a
   * chunked body.
   */
  readonly stream?: 'sse' | 'chunks'
  /** `headers`: status and headers only, however long the body is. `text`, `json`: as for any request. */
  readonly read?: 'headers' | 'text' | 'json'
}

/** Describes messages that are never a response, such as a push or a greeting. */
export interface Ignore {
  /** Matches a message that contains this text, decoded as UTF-8. */
  readonly bodyIncludes: string
}

/** Keys of every protocol that matches responses by their order. */
interface MatchedByOrder {
  /**
   * Messages that are never a response, by one or several rules. From this request on, they are not matched to a
   * request of its connection; the result counts them as `unsolicited`. Without it, a message that arrives while a
   * request is in flight counts as its response.
   */
  readonly ignore?: Ignore | readonly Ignore[]
}

/** A WebSocket message, and the number of messages that answer it. */
export interface WebSocketRequest extends RequestLabel, MatchedByOrder {
  /** A string is sent as a text frame, bytes as a binary frame. Absent: sends nothing and waits for pushed messages. */
  readonly data?: Body
  /** Number of messages that answer it; default 1. */
  readonly replies?: number
  /**
   * `order`: responses come in the order of the requests. `id`: `data` is a JSON object; it is sent with a unique `id`,
   * and messages with this `id` answer it.
   */
  readonly correlate?: 'order' | 'id'
  /** Sends a ping frame instead of `data`; the pong is the response. */
  readonly ping?: boolean
}

/** A frame over TCP or TLS, and the number of frames that answer it. */
export interface TcpRequest extends RequestLabel, MatchedByOrder {
  /** Content of the frame; the framing adds its own bytes. */
  readonly data?: Body
  /** Number of frames that answer it; default 1. */
  readonly replies?: number
}

interface McpLabel extends RequestLabel {
  /**
   * Dotted path of a string in `arguments` or `params` (`message`) to which a unique text is appended; a response
   * without this text belongs to another request and is an error of class `misrouted`. Default for a tool `echo` with a
   * `message`; `false` switches it off.
   */
  readonly nonce?: string | false
  /** Requests progress notifications and times each one as a message of a stream. */
  readonly progress?: boolean
}

/** One operation of a Model Context Protocol server. */
export type McpRequest =
  | (McpLabel & { readonly tool: string; readonly arguments?: Readonly<Record<string, unknown>> })
  | (McpLabel & { readonly resource: string })
  | (McpLabel & { readonly prompt: string; readonly arguments?: Readonly<Record<string, string>> })
  | (McpLabel & { readonly method: string; readonly params?: Readonly<Record<string, unknown>> })

/** A request of any protocol, as far as code that does not implement the protocol needs to know. */
export interface AnyRequest extends Omit<RequestLabel, 'read'> {
  readonly read?: 'headers' | 'text' | 'json'
  readonly [key: string]: unknown
}

/** A request of any protocol. */
export type PlanRequest = HttpRequest | WebSocketRequest | TcpRequest | McpRequest | AnyRequest
