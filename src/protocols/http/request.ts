import type { RequestName } from '../../model/requests.ts'
import type { BodyCheck, CheckCode, CheckedAnswer } from '../check.ts'
import type { HttpBody } from './body-encoding.ts'

/**
 * Conditions that a response must satisfy besides its status, as plain data, so that generator threads can check them.
 */
export interface HttpCheck extends BodyCheck {
  /** Exact status that the response must have, such as `201`. */
  readonly status?: number
  /** Header names in lower case, each with the exact value it must have. */
  readonly header?: Readonly<Record<string, string>>
}

/** The response, as a check function sees it. */
export type HttpAnswer = CheckedAnswer

/** One HTTP request: `{ method: 'POST', path: '/cart', body: { item: 7 } }`. */
export interface HttpRequest extends RequestName {
  /** Method, such as `'POST'`; default `'GET'`. */
  readonly method?: string
  /** Path with its query, appended to the path of the target: `'/items?page={{sequence}}'`; default `'/'`. */
  readonly path?: string
  /** Headers of this request, in addition to those of the plan: `{ authorization: 'Bearer {{setup.token}}' }`. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * A string (UTF-8) or bytes are sent unchanged. Objects and arrays are sent as JSON, `URLSearchParams` and `FormData`
   * (strings only) as forms, each with its content type unless `headers` has one.
   */
  readonly body?: HttpBody
  /** Statuses that count as success, as inclusive ranges; default `[[200, 399]]`. */
  readonly ok?: readonly (readonly [number, number])[]
  /**
   * Conditions on the response besides its status: `{ json: { path: 'items.0.id', exists: true } }`, a list, a function,
   * or a schema of Zod, Valibot or ArkType for a body in JSON. A response that fails them is an error of class `check`. A
   * response must satisfy every check of a list. A function or a schema makes the generator run in the test's thread,
   * which the result reports as a doubt.
   */
  readonly check?: HttpCheck | readonly HttpCheck[] | CheckCode
  /**
   * Treats the response as a stream and times its messages: the events of `text/event-stream`, or the chunks of a
   * chunked body.
   */
  readonly stream?: 'sse' | 'chunks'
  /**
   * What a journey or a setup needs from the response. `headers`: status and headers only, however long the body is.
   * `text`: the body as well. `json`: the body parsed as JSON; a body that does not parse is an error of class
   * `protocol`. Default: nothing.
   */
  readonly read?: 'headers' | 'text' | 'json'
}
