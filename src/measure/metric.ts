import { AsyncLocalStorage } from 'node:async_hooks'
import { formatValue, LoadError } from '../model/errors.ts'

/** Options of `metric`. */
export interface MetricOptions {
  /** Unit of the value, such as `'items'`, as reports and messages show it. Every call for a name has the same one. */
  readonly unit?: string
}

/**
 * Records a value under a name, from the code of a journey, a setup, a check function or a custom protocol. The result
 * has the distribution of all values as `result.metrics.cart_size`, over all generator threads:
 *
 * ```ts
 * metric('cart_size', cart.items.length, { unit: 'items' })
 * expect(result.metrics.cart_size).toHaveP95Below(30)
 * ```
 *
 * `name`: letters, digits and underscores; at most 100 names per run. `value`: a number from 0 to 10¹², kept with a
 * relative error of at most 0.1%; whole numbers up to 2 048 are exact. Values of the warm-up do not count.
 *
 * Throws `LoadError` (`ERR_LOAD_METRIC`) for anything else, and when no load runs in this thread. In a load, the error
 * is the outcome of the request or journey whose code called `metric`.
 */
export function metric(name: string, value: number, options?: MetricOptions): void {
  const all = receivers()
  const receive = home[CALLS]?.getStore() ?? (all.length === 1 ? all[0] : undefined)
  if (receive === undefined) throw wrongPlace(name, all.length > 1)
  receive(name, value, options)
}

/** Validates and records the arguments of a call. */
export type MetricReceiver = (name: unknown, value: unknown, options: unknown) => void

/** Passes the calls of `metric` in this thread to `receive`, until the returned function is called. */
export function receiveMetrics(receive: MetricReceiver): () => void {
  receivers().push(receive)
  return () => {
    const index = receivers().indexOf(receive)
    if (index >= 0) receivers().splice(index, 1)
  }
}

/**
 * Calls `run`, and passes the calls of `metric` in it and in its asynchronous continuation to `receive`, whatever other
 * receivers this thread has.
 */
export function receivingMetrics<Result>(receive: MetricReceiver, run: () => Result): Result {
  home[CALLS] ??= new AsyncLocalStorage()
  return home[CALLS].run(receive, run)
}

/**
 * Keys of the receivers in this thread. They are global because a thread may contain several copies of this module: that
 * of the generator, and those that the modules of a journey and of a test import.
 */
const KEY = Symbol.for('describe-load:metric-receivers:1')
const CALLS = Symbol.for('describe-load:metric-calls:1')

const home = globalThis as { [KEY]?: MetricReceiver[]; [CALLS]?: AsyncLocalStorage<MetricReceiver> }

function receivers(): MetricReceiver[] {
  return (home[KEY] ??= [])
}

function wrongPlace(name: unknown, several: boolean): LoadError {
  const call = `metric(${formatValue(name)}, …)`
  return several
    ? new LoadError(
        'ERR_LOAD_METRIC',
        `${call} was called while several loads run in this thread, so the value belongs to none of them\n` +
          '    → run one load after the other, or move the code into a module: journey: new URL(…)',
      )
    : new LoadError(
        'ERR_LOAD_METRIC',
        `${call} was called in a thread where no load runs\n` +
          '    → call it in the code of a journey, a setup, a check function or a custom protocol',
      )
}
