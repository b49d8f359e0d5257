import type { Ms } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { PlanScope } from '../plan-scope.ts'

/** What `describeLoad` adds to the load tests inside it. */
export interface GroupOptions {
  readonly plan: WrittenPlan
  /** Timeout of each of its load tests. */
  readonly timeoutMs: Ms | undefined
  readonly isOfSuite: boolean
}

/**
 * A `describeLoad`. Playwright knows the outermost plan, that of the project, only when a test runs; so the scope of the
 * group is created then.
 */
export class LoadGroup {
  readonly timeoutMs: Ms | undefined
  readonly #plan: WrittenPlan
  readonly #isOfSuite: boolean
  readonly #outer: LoadGroup | undefined
  /** By the outermost scope. */
  readonly #scopes = new Map<PlanScope, PlanScope>()

  constructor({ plan, timeoutMs, isOfSuite }: GroupOptions, outer: LoadGroup | undefined) {
    this.#plan = plan
    this.#outer = outer
    this.#isOfSuite = isOfSuite || outer?.isOfSuite === true
    this.timeoutMs = timeoutMs ?? outer?.timeoutMs
  }

  get isOfSuite(): boolean {
    return this.#isOfSuite
  }

  /** Whether its tests may start a target, which then runs until the group closes. */
  get startsTarget(): boolean {
    const { target } = this.#plan
    return target !== undefined && typeof target !== 'string'
  }

  /** Returns the plan as declared, without that of the project. */
  get declaredPlan(): WrittenPlan {
    return { ...this.#outer?.declaredPlan, ...this.#plan }
  }

  /** Returns the scope of the group inside the outermost scope. */
  scopeIn(outermost: PlanScope): PlanScope {
    const known = this.#scopes.get(outermost)
    if (known !== undefined) return known
    const scope = new PlanScope(this.#plan, this.#outer?.scopeIn(outermost) ?? outermost, this.#isOfSuite)
    this.#scopes.set(outermost, scope)
    return scope
  }

  /** Stops the targets that the tests of the group have started. */
  async close(): Promise<void> {
    const scopes = [...this.#scopes.values()]
    this.#scopes.clear()
    await Promise.all(scopes.map((scope) => scope.close()))
  }
}

/** The group whose body is being collected. Playwright collects synchronously. */
let collected: LoadGroup | undefined

export function currentGroup(): LoadGroup | undefined {
  return collected
}

/** Collects `body` inside `group`. Returns what it returns. */
export function collectWithin<Value>(group: LoadGroup, body: () => Value): Value {
  const outer = collected
  collected = group
  try {
    return body()
  } finally {
    collected = outer
  }
}
