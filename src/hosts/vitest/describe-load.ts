import { afterAll, describe } from 'vitest'
import type { SuiteAPI, TestOptions } from 'vitest'
import { readDeclaration } from '../declaration.ts'
import type { Declaration } from '../declaration.ts'
import { PlanScope } from '../plan-scope.ts'
import type { DescribeLoad } from '../port.ts'
import { collectWithin, currentScope } from './scope.ts'

interface Group extends Declaration<TestOptions> {
  /** Vitest collects a group's body after the one around it has been left, so what is around is kept from the start. */
  readonly outer: PlanScope
}

/**
 * Groups load tests that share a plan. Keys of the plan are inherited from outer groups, shallowly, and inner ones win;
 * whether the plan is complete is asked when a test runs it. A target that is a command or a function is brought up by
 * the first test that needs it, after every `beforeAll`, and stopped after every `afterAll` of the group.
 */
export const describeLoad: DescribeLoad<TestOptions> = groupsOf(describe)

function groupsOf(host: SuiteAPI | SuiteAPI['skip']): DescribeLoad<TestOptions> {
  function group(name: string, ...given: readonly unknown[]): void {
    const declared = { ...readDeclaration<TestOptions>(`describeLoad('${name}', …)`, given), outer: currentScope() }
    host(name, declared.options ?? {}, () => collect(declared, []))
  }
  function each(cases: readonly unknown[]) {
    return (name: string, ...given: readonly unknown[]): void => {
      const what = `describeLoad.each(…)('${name}', …)`
      const declared = { ...readDeclaration<TestOptions>(what, given), outer: currentScope() }
      host.for(cases)(name, declared.options ?? {}, (item) => collect(declared, Array.isArray(item) ? item : [item]))
    }
  }
  // Getters: each access to Vitest's own makes a new chain, and an endless one cannot be built ahead.
  return Object.defineProperties(group, {
    skip: { get: () => groupsOf(host.skip) },
    only: { get: () => groupsOf(host.only) },
    each: { value: each },
  }) as DescribeLoad<TestOptions>
}

function collect({ planOf, body, outer }: Group, item: readonly unknown[]): Promise<void> {
  const scope = new PlanScope(planOf?.(...item) ?? {}, outer)
  // Declared before the body's own hooks, so that it runs after them.
  afterAll(() => scope.close())
  return collectWithin(scope, () => body(...item))
}
