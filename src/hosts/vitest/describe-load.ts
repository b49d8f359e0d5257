import { aroundAll, describe } from 'vitest'
import type { SuiteAPI, TestOptions } from 'vitest'
import { cleanText } from '../../model/text/clean.ts'
import { readDeclaration } from '../declaration.ts'
import type { Declaration } from '../declaration.ts'
import { PlanScope } from '../plan-scope.ts'
import type { DescribeLoad } from '../port.ts'
import { collectWithin, currentScope } from './scope.ts'

interface Group extends Declaration<TestOptions> {
  /**
   * The scope around the group, captured at declaration: Vitest collects a group's body after it has left the outer
   * one.
   */
  readonly outer: PlanScope
}

/**
 * Groups load tests that share a plan. Groups inherit plan keys from outer groups, shallowly; inner keys take
 * precedence. The plan is checked for completeness only when a test runs it. A target that is a command or a function
 * is started by the first test that needs it, after every `beforeAll`, and stopped after every `afterAll` of the group.
 */
export const describeLoad: DescribeLoad<TestOptions> = groupsOf(describe, false)

/** Groups the load tests of a suite, which reads the environment itself. */
export const describeSuite: DescribeLoad<TestOptions> = groupsOf(describe, true)

function groupsOf(host: SuiteAPI | SuiteAPI['skip'], isOfSuite: boolean): DescribeLoad<TestOptions> {
  function group(name: string, ...given: readonly unknown[]): void {
    const declared = { ...readDeclaration<TestOptions>(`describeLoad('${name}', …)`, given), outer: currentScope() }
    host(cleanText(name), declared.options ?? {}, () => collect(declared, [], isOfSuite))
  }
  function each(cases: readonly unknown[]) {
    return (name: string, ...given: readonly unknown[]): void => {
      const what = `describeLoad.each(…)('${name}', …)`
      const declared = { ...readDeclaration<TestOptions>(what, given), outer: currentScope() }
      host.for(cases)(cleanText(name), declared.options ?? {}, (item) =>
        collect(declared, Array.isArray(item) ? item : [item], isOfSuite),
      )
    }
  }
  // Getters, because each access to Vitest's properties creates a new chain, and the chains are infinite.
  return Object.defineProperties(group, {
    skip: { get: () => groupsOf(host.skip, isOfSuite) },
    only: { get: () => groupsOf(host.only, isOfSuite) },
    each: { value: each },
  }) as DescribeLoad<TestOptions>
}

function collect({ planOf, body, outer }: Group, item: readonly unknown[], isOfSuite: boolean): Promise<void> {
  const scope = new PlanScope(planOf?.(...item) ?? {}, outer, isOfSuite || outer.isOfSuite)
  // Around all hooks of the body, whose order `sequence.hooks` decides.
  aroundAll(async (runSuite) => {
    try {
      await runSuite()
    } finally {
      await scope.close()
    }
  })
  return collectWithin(scope, () => body(...item))
}
