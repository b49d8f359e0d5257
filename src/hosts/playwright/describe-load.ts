import { test } from '@playwright/test'
import type { TestDetails } from '@playwright/test'
import { cleanText } from '../../model/text/clean.ts'
import type { Ms } from '../../model/units.ts'
import { readDeclaration } from '../declaration.ts'
import type { Declaration } from '../declaration.ts'
import type { DescribeLoad } from '../port.ts'
import { caseNames } from './case-names.ts'
import { collectWithin, currentGroup, LoadGroup } from './load-group.ts'
import { loadTests } from './load-fixtures.ts'
import { declareAtUserLine } from './user-location.ts'

/** Options of load tests in Playwright Test, under `test` in a plan. */
export interface PlaywrightTestOptions extends TestDetails {
  /** Timeout of the whole test, in milliseconds; default: as long as its plans need. 0: no timeout. */
  readonly timeout?: Ms
}

type Variant = 'skip' | 'only' | undefined

/**
 * Groups load tests that share a plan. Groups inherit plan keys from outer groups, shallowly; inner keys take
 * precedence. The plan is checked for completeness only when a test runs it. A target that is a command or a function
 * is started by the first test that needs it, after every `beforeAll`, and stopped after every `afterAll` of the group.
 * Playwright starts a new process after a failed test, and the target starts again in it.
 */
export const describeLoad: DescribeLoad<PlaywrightTestOptions> = groupsOf(undefined, false)

/** Groups the load tests of a suite, which reads the environment itself. */
export const describeSuite: DescribeLoad<PlaywrightTestOptions> = groupsOf(undefined, true)

function groupsOf(variant: Variant, isOfSuite: boolean): DescribeLoad<PlaywrightTestOptions> {
  function declare(name: string, declared: Declaration<PlaywrightTestOptions>, item: readonly unknown[]): void {
    const describe = variant === undefined ? test.describe : test.describe[variant]
    const { timeout, ...details } = declared.options ?? {}
    declareAtUserLine(describe, name, details, () => collect(declared, timeout, item, isOfSuite))
  }
  function group(name: string, ...given: readonly unknown[]): void {
    declare(cleanText(name), readDeclaration<PlaywrightTestOptions>(`describeLoad('${name}', …)`, given), [])
  }
  function each(cases: readonly unknown[]) {
    return (name: string, ...given: readonly unknown[]): void => {
      const declared = readDeclaration<PlaywrightTestOptions>(`describeLoad.each(…)('${name}', …)`, given)
      const names = caseNames(name, cases)
      for (const [index, item] of cases.entries()) {
        declare(names[index] ?? name, declared, Array.isArray(item) ? item : [item])
      }
    }
  }
  return Object.defineProperties(group, {
    skip: { get: () => groupsOf('skip', isOfSuite) },
    only: { get: () => groupsOf('only', isOfSuite) },
    each: { value: each },
  }) as DescribeLoad<PlaywrightTestOptions>
}

function collect(
  { planOf, body }: Declaration<PlaywrightTestOptions>,
  timeoutMs: Ms | undefined,
  item: readonly unknown[],
  isOfSuite: boolean,
): void {
  const group = new LoadGroup({ plan: planOf?.(...item) ?? {}, timeoutMs, isOfSuite }, currentGroup())
  // For the tests that the body declares with `test` of Playwright.
  loadTests.use({ loadGroup: group })
  const returned = collectWithin(group, () => body(...item))
  if (returned instanceof Promise) throw asynchronous()
  // Declared after the body's hooks, so that it runs after them.
  if (group.startsTarget) declareAtUserLine(test.afterAll, 'stop the target of describeLoad', () => group.close())
}

function asynchronous(): TypeError {
  return new TypeError('describeLoad needs a body that is not async: Playwright collects tests synchronously')
}
