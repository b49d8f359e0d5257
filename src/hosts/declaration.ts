import type { LoadPlan } from '../model/plan.ts'
import type { TestPlan } from './port.ts'

/** Makes the plan of one case of `.each` or `.for`. */
type PlanOfCase = (...item: unknown[]) => LoadPlan

/** What was given to `loadTest` or `describeLoad`, told apart. */
export interface Declaration<Options> {
  /** Undefined when no plan was given. */
  readonly planOf: PlanOfCase | undefined
  readonly options: Options | undefined
  readonly body: (...given: unknown[]) => unknown
}

/**
 * Reads `(body)`, `(plan, body)` or `(case => plan, body)`. A plan that holds nothing but the host's `test` options is no
 * plan. Throws a `TypeError` for anything else; `what` says which declaration that is about.
 */
export function readDeclaration<Options>(what: string, given: readonly unknown[]): Declaration<Options> {
  const [first, second] = given
  const body = given.length < 2 ? first : second
  if (!isFunction(body)) {
    throw new TypeError(`${what} needs a function as its last argument, got ${body === null ? 'null' : typeof body}`)
  }
  if (given.length < 2) return { planOf: undefined, options: undefined, body }
  if (isFunction(first)) return { planOf: first as PlanOfCase, options: undefined, body }
  if (typeof first !== 'object' || first === null) {
    throw new TypeError(
      `${what} needs a plan (an object) before its body, got ${first === null ? 'null' : typeof first}`,
    )
  }
  const { test: options, ...plan } = first as TestPlan<Options>
  const isPlan = Object.keys(plan).length > 0 || options === undefined
  return { planOf: isPlan ? () => plan : undefined, options, body }
}

function isFunction(value: unknown): value is (...given: unknown[]) => unknown {
  return typeof value === 'function'
}
