import type { WrittenPlan } from '../plan/load-plan.ts'
import type { TestPlan } from './port.ts'

/** Returns the plan for one case of `.each` or `.for`. */
type PlanOfCase = (...item: unknown[]) => WrittenPlan

/** The arguments of `loadTest` or `describeLoad`. */
export interface Declaration<Options> {
  /** Undefined when no plan was given. */
  readonly planOf: PlanOfCase | undefined
  readonly options: Options | undefined
  readonly body: (...given: unknown[]) => unknown
}

/**
 * Reads `(body)`, `(plan, body)` or `(case => plan, body)`. An object with only the host's `test` options is not a
 * plan. Throws a `TypeError` for anything else; `what` names the declaration in the message.
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
