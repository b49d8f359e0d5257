import { inheritPlan } from '../plan/inherited-plan.ts'
import type { WrittenPlan } from '../plan/load-plan.ts'
import { type CommandTarget, isSocket, isStdio, type Target } from '../model/target.ts'
import { LoadPlanError } from '../model/errors.ts'
import { isRecord } from '../model/readers.ts'
import { namedProtocol } from '../plan/protocol.ts'
import { startTarget } from '../run/target/started-target.ts'
import { debugLog } from './debug-log.ts'
import { environmentTarget } from './environment/target.ts'
import { environmentValues } from './environment/variables.ts'

/**
 * The plan keys of one `describeLoad`, merged with those of the groups around it. A target that is a command or a
 * function is started once, by the first test that needs it, and runs until the scope closes.
 */
export class PlanScope {
  /** Whether this is the scope of a suite, which reads the environment itself. */
  readonly isOfSuite: boolean
  readonly #plan: WrittenPlan
  readonly #outer: PlanScope | undefined
  #target: Promise<StartedTarget> | undefined

  constructor(plan: WrittenPlan, outer?: PlanScope, isOfSuite: boolean = outer?.isOfSuite ?? false) {
    this.#plan = plan
    this.#outer = outer
    this.isOfSuite = isOfSuite
  }

  /**
   * Returns a plan with the keys that it inherits in this scope (`inheritPlan`). A target that several tests share is a
   * function. A target from the environment replaces an inherited one; throws `LoadPlanError` if the environment is
   * invalid, or if the plan is not an object.
   */
  planOf(inner: WrittenPlan): WrittenPlan {
    const written = this.declared(inner)
    const values = this.isOfSuite ? {} : environmentValues(process.env)
    if (inner.target !== undefined) return written
    const target = environmentTarget(written, values) ?? this.#sharedTarget()
    return { ...written, ...(target !== undefined && { target }) }
  }

  /**
   * Returns the plan as written, with a target that several tests share. Throws `LoadPlanError` if it is not an object.
   */
  declared(inner: WrittenPlan): WrittenPlan {
    if (!isRecord(inner)) {
      const remedy = 'write load({}) for the plan of its describeLoad'
      throw new LoadPlanError([{ key: 'plan', value: inner, rule: 'must be an object', remedy }])
    }
    return inheritPlan(this.#inherited(), inner)
  }

  /** Stops what this scope has started. */
  async close(): Promise<void> {
    const target = this.#target
    this.#target = undefined
    // A target that failed to start was already reported to the test that needed it.
    const started = await target?.catch(() => undefined)
    await started?.stop()
  }

  #inherited(): WrittenPlan {
    const outer = this.#outer
    return outer === undefined ? this.#plan : inheritPlan(outer.#inherited(), this.#plan)
  }

  #sharedTarget(): Target | undefined {
    const { target } = this.#plan
    const outer = this.#outer
    if (target === undefined) return outer === undefined ? undefined : outer.#sharedTarget()
    // Over pipes, every connection starts its own process, and behind a Unix socket the server runs already.
    if (typeof target === 'string' || target instanceof URL || isStdio(target) || isSocket(target)) return target
    const open = async (): Promise<string> => {
      this.#target ??= start(target, this.#inherited())
      return String((await this.#target).url)
    }
    return typeof target === 'function' ? open : Object.assign(open, { written: target })
  }
}

interface StartedTarget {
  readonly url: string | URL
  stop(): Promise<void> | void
}

async function start(
  target: CommandTarget | (() => string | URL | Promise<string | URL>),
  { allowHosts = [], protocol }: WrittenPlan,
): Promise<StartedTarget> {
  if (typeof target === 'function') return { url: await target(), stop: () => {} }
  return startTarget(target, allowHosts, debugLog, { protocol: namedProtocol(protocol) })
}
