import type { LoadPlan } from '../plan/load-plan.ts'
import { type CommandTarget, isSocket, isStdio, type Target } from '../model/target.ts'
import { startTarget } from '../run/target/started-target.ts'
import { debugLog } from './debug-log.ts'

/**
 * The plan keys of one `describeLoad`, merged with those of the groups around it. A target that is a command or a
 * function is started once, by the first test that needs it, and runs until the scope closes.
 */
export class PlanScope {
  readonly #plan: LoadPlan
  readonly #outer: PlanScope | undefined
  #target: Promise<StartedTarget> | undefined

  constructor(plan: LoadPlan, outer?: PlanScope) {
    this.#plan = plan
    this.#outer = outer
  }

  /**
   * Returns the keys that a plan in this scope inherits. An inner key replaces the whole outer one. A target that
   * several tests share is a function.
   */
  defaults(): LoadPlan {
    const target = this.#sharedTarget()
    return { ...this.#inherited(), ...(target === undefined ? {} : { target }) }
  }

  /** Returns the plan as written, with a target that several tests share. */
  declared(inner: LoadPlan): LoadPlan {
    return { ...this.#inherited(), ...inner }
  }

  /** Stops what this scope has started. */
  async close(): Promise<void> {
    const target = this.#target
    this.#target = undefined
    // A target that failed to start was already reported to the test that needed it.
    const started = await target?.catch(() => undefined)
    await started?.stop()
  }

  #inherited(): LoadPlan {
    const outer = this.#outer
    return outer === undefined ? this.#plan : { ...outer.#inherited(), ...this.#plan }
  }

  #sharedTarget(): Target | undefined {
    const { target } = this.#plan
    const outer = this.#outer
    if (target === undefined) return outer === undefined ? undefined : outer.#sharedTarget()
    // Over pipes, every connection starts its own process, and behind a Unix socket the server runs already.
    if (typeof target === 'string' || target instanceof URL || isStdio(target) || isSocket(target)) return target
    return async () => {
      this.#target ??= start(target, this.#inherited().allowHosts ?? [])
      return (await this.#target).url
    }
  }
}

interface StartedTarget {
  readonly url: string | URL
  stop(): Promise<void> | void
}

async function start(
  target: CommandTarget | (() => string | URL | Promise<string | URL>),
  allowHosts: readonly string[],
): Promise<StartedTarget> {
  if (typeof target === 'function') return { url: await target(), stop: () => {} }
  return startTarget(target, allowHosts, debugLog)
}
