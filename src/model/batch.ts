/**
 * Returns the request that carries all operations of a batch in one message. `items` are their requests, with generated
 * bodies. Runs in the test's thread, or in the generator threads if it is the default export of a module.
 */
export type BatchFunction<Request = unknown> = BatchMethod<Request>['make']

/** As the type of a method, so that a plan with the requests of one protocol is a plan with any requests. */
interface BatchMethod<Request> {
  make(items: readonly Request[]): Request
}
