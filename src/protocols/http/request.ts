import type { RequestLabel } from '../../model/requests.ts'
import type { BodyCheck, CheckedAnswer, CheckFunction } from '../check.ts'
import type { HttpBody } from './body-encoding.ts'

/**
 * Conditions that a response must satisfy besides its status, as plain data, so that generator threads can check them.
 */
export interface HttpCheck extends BodyCheck {
  readonly status?: number
  /** Header names in lower case, each with the exact value it must have. */
  readonly header?: Readonly<Record<string, string>>
}

/** The response, as a check function sees it. */
export type HttpAnswer = CheckedAnswer

export interface HttpRequest extends Omit<RequestLabel, 'read'> {
  /** Default `GET`. */
  readonly method?: string
  /** Appended to the path of the target; default `/`. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /**
   * A string (UTF-8) or bytes are sent unchanged. Objects and arrays are sent as JSON, `URLSearchParams` and `FormData`
   * (strings only) as forms, each with its content type unless `headers` has one.
   */
  readonly body?: HttpBody
  /** Statuses that count as success, as inclusive ranges; default `[[200, 399]]`. */
  readonly ok?: readonly (readonly [number, number])[]
  /**
   * A response must satisfy every check of a list. A function makes the generator run in the test's thread, which the
   * result reports as a doubt.
   */
  readonly check?: HttpCheck | readonly HttpCheck[] | CheckFunction
  /**
   * Treats the response as a stream and times its messages: the events of `text/event-stream`, or the chunks of a
   * chunked body.
   */
  readonly stream?: 'sse' | 'chunks'
  /** `headers`: status and headers only, however long the body is. `text`, `json`: as for any request. */
  readonly read?: 'headers' | 'text' | 'json'
}
