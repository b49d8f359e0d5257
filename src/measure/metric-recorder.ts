import { formatValue, LoadError } from '../model/errors.ts'
import { nearestName } from '../model/nearest-name.ts'
import { bucketOfValue, HIGHEST_VALUE } from '../model/value-buckets.ts'
import { Histogram, type HistogramDelta } from './histogram.ts'
import type { MetricOptions } from './metric.ts'

/** Maximum number of names. Names made from data, such as user ids, must not exhaust the memory. */
const MAX_NAMES = 100
const MAX_NAME = 100
const MAX_UNIT = 30

/** Values of one name since the last `take`, as plain data that can cross a thread. */
export interface MetricDelta {
  /** Undefined if no call has given one yet. */
  readonly unit: string | undefined
  readonly values: HistogramDelta
}

interface NamedValues {
  unit: string | undefined
  readonly values: Histogram
}

/** Validates and records the values of `metric`, inside a generator thread. */
export class MetricRecorder {
  readonly #named = new Map<string, NamedValues>()
  #ignoring = false

  /** Records a value; only checks the arguments of one that does not `count`. Throws `LoadError`. */
  record(name: unknown, value: unknown, options: unknown, counts: boolean): void {
    const named = this.#named.get(name as string) ?? this.#add(name)
    const unit = (options as MetricOptions | null | undefined)?.unit
    if (unit !== named.unit || unit === undefined) this.#checkOptions(name as string, named, options)
    if (typeof value !== 'number' || !(value >= 0 && value <= HIGHEST_VALUE)) throw wrongValue(name as string, value)
    if (counts && !this.#ignoring) named.values.recordIn(bucketOfValue(value), value)
  }

  /** Calls `run`, which is code of the warm-up: only checks the arguments of its calls. */
  ignoring<Result>(run: () => Result): Result {
    this.#ignoring = true
    try {
      return run()
    } finally {
      this.#ignoring = false
    }
  }

  /** Returns the values since the last call by name; undefined if there are none. */
  take(): Readonly<Record<string, MetricDelta>> | undefined {
    if (this.#named.size === 0) return undefined
    const taken = [...this.#named].flatMap(([name, { unit, values }]) => {
      const delta = values.take()
      return delta === undefined ? [] : [[name, { unit, values: delta }] as const]
    })
    return taken.length === 0 ? undefined : Object.fromEntries(taken)
  }

  #add(name: unknown): NamedValues {
    if (typeof name !== 'string' || name.length > MAX_NAME || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      throw wrong(
        `the name of a metric must be 1 to ${MAX_NAME} letters, digits and underscores, and start with a letter, got ${formatValue(name)}`,
        "write metric('cart_size', value)",
      )
    }
    if (this.#named.size === MAX_NAMES) {
      throw wrong(
        `metric('${name}', …) is one name too many: a run has at most ${MAX_NAMES}`,
        'use few names that do not depend on data such as user ids',
      )
    }
    const named = { unit: undefined, values: new Histogram() }
    this.#named.set(name, named)
    return named
  }

  /** Called for the first unit of a name, and for options that may be wrong. */
  #checkOptions(name: string, named: NamedValues, options: unknown): void {
    if (options === undefined) return
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw wrong(
        `metric('${name}', …) takes an options object, got ${formatValue(options)}`,
        typeof options === 'string' ? `write { unit: ${formatValue(options)} }` : "write { unit: 'items' }",
      )
    }
    const unknown = Object.keys(options).find((key) => key !== 'unit')
    if (unknown !== undefined) {
      const meant = nearestName(unknown, ['unit'])
      throw wrong(
        `metric('${name}', …) has no option ${formatValue(unknown)}`,
        meant === undefined ? 'the only option is unit' : `did you mean ${meant}?`,
      )
    }
    const { unit } = options as { readonly unit?: unknown }
    if (unit === undefined) return
    // oxlint-disable-next-line eslint/no-control-regex -- a unit must not break the lines of a report
    if (typeof unit !== 'string' || unit.length > MAX_UNIT || !/^[^\u0000-\u001f\u007f]+$/.test(unit)) {
      throw wrong(
        `the unit of metric('${name}', …) must be a text of 1 to ${MAX_UNIT} characters on one line, got ${formatValue(unit)}`,
        "write { unit: 'items' }",
      )
    }
    if (named.unit !== undefined && unit !== named.unit) {
      throw wrong(
        `metric('${name}', …) has the unit ${formatValue(unit)} here and ${formatValue(named.unit)} in an earlier call`,
        'convert the value, or use another name',
      )
    }
    named.unit = unit
  }
}

function wrongValue(name: string, value: unknown): LoadError {
  const tooLarge = typeof value === 'number' && value > HIGHEST_VALUE && value < Number.POSITIVE_INFINITY
  return wrong(
    `the value of metric('${name}', …) must be a number from 0 to 1e12, got ${formatValue(value)}`,
    tooLarge ? 'use a larger unit' : 'record only numbers that are 0 or more',
  )
}

function wrong(what: string, remedy: string): LoadError {
  return new LoadError('ERR_LOAD_METRIC', `${what}\n    → ${remedy}`)
}
