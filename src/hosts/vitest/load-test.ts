import { test, TestRunner } from 'vitest'
import type { TestAPI, TestContext, TestOptions } from 'vitest'
import type { LoadPlan } from '../../model/plan.ts'
import { callSite } from '../call-site.ts'
import { readDeclaration } from '../declaration.ts'
import type { LoadTest } from '../port.ts'
import { prepareGenerator } from '../../run/index.ts'
import { runLoadTest } from './run-load-test.ts'
import type { DeclaredTest } from './run-load-test.ts'
import { currentScope } from './scope.ts'
import { isListing } from './settings.ts'

/** `loadTest` in Vitest: beside what every host has, `.extend` adds fixtures as Vitest's own `test.extend` does. */
export interface VitestLoadTest<Extra = object> extends LoadTest<TestContext & Extra, TestOptions> {
  readonly extend: <Fixtures extends object>(fixtures: {
    readonly [Name in keyof Fixtures]: Fixture<Fixtures[Name], TestContext & Extra>
  }) => VitestLoadTest<Extra & Fixtures>
}

/** A value, or how to make one and clean up after it, with Vitest's options of a fixture if need be. */
type Fixture<Value, Context> = Value | FixtureFunction<Value, Context> | [FixtureFunction<Value, Context>, object]
type FixtureFunction<Value, Context> = (context: Context, use: (value: Value) => Promise<void>) => Promise<void>

/**
 * A test that puts load on something. With a plan its traffic has run when the body starts, which then asserts on
 * `result`; without one the body calls `load(plan)` itself, as often as it likes. Vitest's own options stand under
 * `test` in the plan. Load tests never retry, and never run beside one another.
 */
export const loadTest: VitestLoadTest = testsOf(test, true)

type Host = TestAPI | TestAPI['skip']
/** Its chains (`test.skip`) have it too, though their types do not say so. */
interface Extensible {
  extend(...fixtures: readonly unknown[]): TestAPI
}

/** `runs`: false for tests that are skipped. */
function testsOf(host: Host, runs: boolean): VitestLoadTest {
  function declaredTest(what: string, given: readonly unknown[], helper: (...args: never[]) => unknown): DeclaredTest {
    const scope = currentScope()
    const declared = readDeclaration<TestOptions>(what, given)
    if (runs && !isListing()) prepareGenerator(scope.declared(planIn(given)))
    return {
      ...declared,
      scope,
      site: callSite(helper),
      inheritedTimeoutMs: TestRunner.getCurrentSuite().options?.timeout,
    }
  }
  function declare(name: string, ...given: readonly unknown[]): void {
    const declared = declaredTest(`loadTest('${name}', …)`, given, declare)
    const handler = (context: TestContext): Promise<void> => runLoadTest(declared, [], context)
    host(name, optionsOf(declared), readLike(handler, declared.body.toString()))
  }
  function each(cases: readonly unknown[]) {
    return function declareEach(name: string, ...given: readonly unknown[]): void {
      const declared = declaredTest(`loadTest.each(…)('${name}', …)`, given, declareEach)
      const handler = (item: unknown, context: TestContext): Promise<void> =>
        runLoadTest(declared, Array.isArray(item) ? item : [item], context)
      // As in Vitest, `.for` is the one with fixtures: among spread arguments nobody knows which is the context.
      host.for(cases)(name, optionsOf(declared), readLike(handler, '(item, {}) => {}'))
    }
  }
  function forEach(cases: readonly unknown[]) {
    return function declareFor(name: string, ...given: readonly unknown[]): void {
      const declared = declaredTest(`loadTest.for(…)('${name}', …)`, given, declareFor)
      const handler = (item: unknown, context: TestContext): Promise<void> => runLoadTest(declared, [item], context)
      host.for(cases)(name, optionsOf(declared), readLike(handler, declared.body.toString()))
    }
  }
  // Getters: each access to Vitest's own makes a new chain, and an endless one cannot be built ahead.
  return Object.defineProperties(declare, {
    skip: { get: () => testsOf(host.skip, false) },
    only: { get: () => testsOf(host.only, runs) },
    todo: { value: (name: string) => host.todo(name) },
    fails: { get: () => testsOf(host.fails, runs) },
    concurrent: { get: refuseConcurrency },
    skipIf: { value: (condition: unknown) => (condition ? testsOf(host.skip, false) : testsOf(host, runs)) },
    runIf: { value: (condition: unknown) => (condition ? testsOf(host, runs) : testsOf(host.skip, false)) },
    each: { value: each },
    for: { value: forEach },
    extend: {
      value: (...fixtures: readonly unknown[]) => testsOf((host as Host & Extensible).extend(...fixtures), runs),
    },
  }) as VitestLoadTest
}

/** The plan of a declaration, where it is an object: a function makes one for each case later. */
function planIn([plan]: readonly unknown[]): LoadPlan {
  return typeof plan === 'object' && plan !== null ? plan : {}
}

/**
 * No time-out of Vitest's: it is fixed before anybody knows the plan and would count the wait for another load, so the
 * session keeps the time. No retry: a load test that failed once has shown something.
 */
function optionsOf({ options }: DeclaredTest): TestOptions {
  return { ...options, timeout: 0, retry: 0 }
}

/** Vitest reads in a handler's source which fixtures it wants; ours wants what the body wants. */
function readLike<Handler extends object>(handler: Handler, source: string): Handler {
  return Object.defineProperty(handler, 'toString', { value: () => source })
}

function refuseConcurrency(): never {
  throw new TypeError(
    'loadTest.concurrent is refused: two loads at once measure each other. Put both loads into one plan, or run one after the other',
  )
}
