import type { LoadResult } from '../model/result.ts'

/**
 * The promise that `load` returns. It records whether the test waits for it: `await`, `return`, `then` and
 * `Promise.all` all call `then` of a promise whose constructor is not `Promise` (ECMAScript, PromiseResolve).
 */
export class LoadPromise extends Promise<LoadResult> {
  #used = false
  #settled = false

  constructor(load: Promise<LoadResult>) {
    super((resolve, reject) => {
      load.then(resolve, reject)
    })
    const settle = (): void => {
      this.#settled = true
    }
    // Handles rejections as well: the session reports a load that nothing waits for.
    void super.then(settle, settle)
  }

  /** Makes chained promises plain ones. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  /** True if something called `then`, and the promise has settled. */
  get awaited(): boolean {
    return this.#used && this.#settled
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the override is the purpose of this class
  override then<Value = LoadResult, Failure = never>(
    onResult?: ((result: LoadResult) => Value | PromiseLike<Value>) | null,
    onError?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    this.#used = true
    return super.then(onResult, onError)
  }

  /** Waits for the load without counting as a use. Resolves to the error if it rejected. */
  async settled(): Promise<unknown> {
    return super.then(
      () => undefined,
      (error: unknown) => error,
    )
  }
}
