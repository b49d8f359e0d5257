import type { Answer } from './protocol.ts'
import type { AnyRequest } from './requests.ts'

/** What a setup can do on its connection, before the engine uses it. */
export interface SetupContext<Request = AnyRequest> {
  /** Index of the connection within the run, from 0. */
  readonly number: number
  /** Sends a request on this connection and waits for its response; rejects when it fails. */
  send(request: Request): Promise<Answer>
}

/**
 * Runs once per connection, unmeasured. The requests on that connection can use its result: in a string of a request,
 * `{{setup.token}}` is the `token` of the returned object, and `{{setup}}` is the returned value. If it throws, the
 * connection counts as failed.
 */
export type SetupFunction<Request = AnyRequest> = (context: SetupContext<Request>) => unknown
