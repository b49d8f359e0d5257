import { test, TestRunner } from 'vitest'
import type { TestAPI, TestContext, TestOptions } from 'vitest'
import { isRecord } from '../../model/readers.ts'
import { cleanText } from '../../model/text/clean.ts'
import { callSite } from '../call-site.ts'
import { readDeclaration } from '../declaration.ts'
import { withVariants } from '../load-test-variants.ts'
import type { LoadTest } from '../port.ts'
import { prepareGenerator } from '../../run/index.ts'
import { runLoadTest } from './run-load-test.ts'
import type { DeclaredTest, TestPlace } from './run-load-test.ts'
import { currentScope } from './scope.ts'
import { isListing } from './settings.ts'

/** `loadTest` in Vitest. `.extend` adds fixtures as Vitest's `test.extend` does. */
export interface VitestLoadTest<Extra = object> extends LoadTest<TestContext & Extra, TestOptions> {
  readonly extend: <Fixtures extends object>(fixtures: {
    readonly [Name in keyof Fixtures]: Fixture<Fixtures[Name], TestContext & Extra>
  }) => VitestLoadTest<Extra & Fixtures>
}

/** A value, or a function that creates one and cleans up after it; optionally with Vitest's fixture options. */
type Fixture<Value, Context> = Value | FixtureFunction<Value, Context> | [FixtureFunction<Value, Context>, object]
type FixtureFunction<Value, Context> = (context: Context, use: (value: Value) => Promise<void>) => Promise<void>

/**
 * Declares a test that puts load on a target. If it has a plan, its traffic has finished when the body starts, and the
 * body asserts on `result`. Without a plan, the body calls `load(plan)` as often as it needs. Vitest's test options are
 * given under `test` in the plan. Load tests never retry and never run concurrently.
 */
export const loadTest: VitestLoadTest = testsOf(test, true)

type Host = TestAPI | TestAPI['skip']
/** Vitest's chains (`test.skip`) have `extend` as well, although their types do not declare it. */
interface Extensible {
  extend(...fixtures: readonly unknown[]): TestAPI
}

/** `runs` is false for tests that are skipped. */
function testsOf(host: Host, runs: boolean): VitestLoadTest {
  /** `helper` is the function that the test file called. */
  function placeOf(helper: (...args: never[]) => unknown): TestPlace {
    const { timeout: inheritedTimeoutMs, retry: inheritedRetry } = TestRunner.getCurrentSuite().options ?? {}
    return { scope: currentScope(), site: callSite(helper), inheritedTimeoutMs, inheritedRetry }
  }
  /** Warms a thread up while Vitest still collects tests. A function creates its plans too late for that. */
  function prepare(plan: unknown): void {
    if (!runs || isListing()) return
    prepareGenerator(currentScope().declared(isRecord(plan) ? plan : {}))
  }
  function declare(name: string, ...given: readonly unknown[]): void {
    const declared = { ...readDeclaration<TestOptions>(`loadTest('${name}', …)`, given), ...placeOf(declare) }
    const handler = (context: TestContext): Promise<void> => runLoadTest(declared, [], context)
    host(cleanText(name), optionsOf(declared), readLike(handler, declared.body.toString()))
    prepare(given[0])
  }
  function each(cases: readonly unknown[]) {
    return function declareEach(name: string, ...given: readonly unknown[]): void {
      const what = `loadTest.each(…)('${name}', …)`
      const declared = { ...readDeclaration<TestOptions>(what, given), ...placeOf(declareEach) }
      const handler = (item: unknown, context: TestContext): Promise<void> =>
        runLoadTest(declared, Array.isArray(item) ? item : [item], context)
      // As in Vitest, only `.for` supports fixtures: among spread arguments, the context cannot be identified.
      host.for(cases)(cleanText(name), optionsOf(declared), readLike(handler, '(item, {}) => {}'))
      prepare(given[0])
    }
  }
  function forEach(cases: readonly unknown[]) {
    return function declareFor(name: string, ...given: readonly unknown[]): void {
      const what = `loadTest.for(…)('${name}', …)`
      const declared = { ...readDeclaration<TestOptions>(what, given), ...placeOf(declareFor) }
      const handler = (item: unknown, context: TestContext): Promise<void> => runLoadTest(declared, [item], context)
      host.for(cases)(cleanText(name), optionsOf(declared), readLike(handler, declared.body.toString()))
      prepare(given[0])
    }
  }
  const tests = withVariants<LoadTest<TestContext, TestOptions>>(declare, {
    of: (name) => testsOf(host[name], runs && name !== 'skip'),
    todo: (name) => host.todo(cleanText(name)),
    each,
    for: forEach,
  })
  return Object.defineProperty(tests, 'extend', {
    value: (...fixtures: readonly unknown[]) => testsOf((host as Host & Extensible).extend(...fixtures), runs),
  }) as VitestLoadTest
}

/**
 * Disables Vitest's timeout, which is fixed before the plan is known and would include the wait for another load; the
 * session applies the timeout instead. Disables retries, because a failed load test is a finding: those of Vitest's
 * configuration silently, because they are meant for other tests; `runLoadTest` refuses those of the test.
 */
function optionsOf({ options }: Pick<DeclaredTest, 'options'>): TestOptions {
  return { ...options, timeout: 0, retry: 0 }
}

/**
 * Vitest reads the requested fixtures from the source of a handler; this makes the handler request those of the body.
 */
function readLike<Handler extends object>(handler: Handler, source: string): Handler {
  return Object.defineProperty(handler, 'toString', { value: () => source })
}
