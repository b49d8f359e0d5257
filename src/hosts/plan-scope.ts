import type { CommandTarget, LoadPlan, Target } from '../model/plan.ts'
import { startTarget } from '../run/started-target.ts'
import { debugLog } from './debug-log.ts'

/**
 * The plan keys of one `describeLoad`, on top of those of the one it stands in. A target that is a command or a function
 * is brought up once, by the first test that needs it, and lives until the scope closes.
 */
export class PlanScope {
  readonly #plan: LoadPlan
  readonly #outer: PlanScope | undefined
  #target: Promise<StartedTarget> | undefined

  constructor(plan: LoadPlan, outer?: PlanScope) {
    this.#plan = plan
    this.#outer = outer
  }

  /** The inner plan on top of everything inherited, key by key: an inner key replaces the outer one whole. */
  merge(inner: LoadPlan): LoadPlan {
    if (inner.target !== undefined) return { ...this.#inherited(), ...inner }
    const target = this.#sharedTarget()
    return { ...this.#inherited(), ...(target === undefined ? {} : { target }), ...inner }
  }

  /** The plan as it is written, with the target that a test may share with others. */
  declared(inner: LoadPlan): LoadPlan {
    return { ...this.#inherited(), ...inner }
  }

  /** Ends what this scope has started. */
  async close(): Promise<void> {
    const target = this.#target
    this.#target = undefined
    // A target that never came up has told the test that asked for it.
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
    // Over pipes every connection starts a process of its own: there is nothing to share.
    if (typeof target === 'string' || target instanceof URL || 'stdio' in target) return target
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
