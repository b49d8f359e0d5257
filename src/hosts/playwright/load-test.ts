import { env } from 'node:process'
import type {
  Fixtures,
  PlaywrightTestArgs,
  PlaywrightTestOptions as PlaywrightUseOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from '@playwright/test'
import { isRecord } from '../../model/readers.ts'
import { cleanText } from '../../model/text/clean.ts'
import { prepareGenerator } from '../../run/index.ts'
import { isOnce } from '../../run/once.ts'
import { readDeclaration } from '../declaration.ts'
import type { Declaration } from '../declaration.ts'
import { withVariants } from '../load-test-variants.ts'
import type { LoadTest } from '../port.ts'
import { runDeclared } from '../run-declared.ts'
import { bodyText, NO_FIXTURES } from './body-text.ts'
import { caseNames } from './case-names.ts'
import type { PlaywrightTestOptions } from './describe-load.ts'
import { loadTests } from './load-fixtures.ts'
import type { InternalFixtures, LoadTestType, LoadUseOptions } from './load-fixtures.ts'
import { currentGroup } from './load-group.ts'
import { TestTimeout } from './test-timeout.ts'
import { declareAtUserLine } from './user-location.ts'

/** The fixtures of Playwright. */
type PlaywrightFixtures = PlaywrightTestArgs & PlaywrightUseOptions & PlaywrightWorkerArgs & PlaywrightWorkerOptions

/**
 * `loadTest` in Playwright Test. The body gets the fixtures that it names: `({ result, page }) => …`. `.extend` adds
 * fixtures as Playwright's `test.extend` does.
 */
export interface PlaywrightLoadTest<Extra extends object = object> extends LoadTest<
  PlaywrightFixtures & LoadUseOptions & Extra,
  PlaywrightTestOptions
> {
  readonly extend: <Added extends object>(
    fixtures: Fixtures<Added, object, PlaywrightTestArgs & PlaywrightUseOptions & LoadUseOptions & Extra>,
  ) => PlaywrightLoadTest<Extra & Added>
}

/**
 * Declares a test that puts load on a target. If it has a plan, its traffic has finished when the body starts, and the
 * body asserts on `result`. Without a plan, the body calls `load(plan)` as often as it needs. Playwright's tags and
 * annotations, and the timeout, are given under `test` in the plan. Load tests never retry.
 */
export const loadTest: PlaywrightLoadTest = testsOf(loadTests, undefined)

type Host = LoadTestType<LoadUseOptions & InternalFixtures>
type Variant = 'skip' | 'only' | 'fails' | undefined

function testsOf(host: Host, variant: Variant): PlaywrightLoadTest {
  function declareTest(
    name: string,
    declared: Declaration<PlaywrightTestOptions>,
    item: readonly unknown[],
    text: string,
  ): void {
    const { timeout: timeoutMs = currentGroup()?.timeoutMs, ...details } = declared.options ?? {}
    const run = async (fixtures: InternalFixtures): Promise<void> => {
      const timeout = new TestTimeout(loadTests.info())
      // The session has a timeout of its own.
      timeout.pause()
      try {
        const { loadAttempt } = fixtures
        const context = text === NO_FIXTURES ? withoutFixtures() : fixtures
        await loadAttempt.run({ timeoutMs }, (session) =>
          runDeclared(session, { ...declared, site: loadAttempt.site }, item, context),
        )
      } finally {
        timeout.end()
      }
    }
    // Playwright reads the names of the fixtures from the text of the function.
    Object.defineProperty(run, 'toString', { value: () => text })
    declareAtUserLine(functionOf(host, variant), name, details, run)
    prepare(declared)
  }
  /** Warms a thread up while Playwright still collects tests, in a process that will run them. */
  function prepare({ planOf, body }: Declaration<PlaywrightTestOptions>): void {
    if (variant === 'skip' || env['TEST_WORKER_INDEX'] === undefined) return
    // A function of a case may depend on it; `body` keeps the declaration of a test without a plan apart.
    const plan = planOf !== undefined && planOf.length === 0 ? planOf() : {}
    prepareGenerator({ ...currentGroup()?.declaredPlan, ...(isRecord(plan) && body !== undefined && plan) })
  }
  function declare(name: string, ...given: readonly unknown[]): void {
    const declared = readDeclaration<PlaywrightTestOptions>(`loadTest('${name}', …)`, given)
    declareTest(cleanText(name), declared, [], bodyText(declared.body))
  }
  function declareCases(
    what: string,
    name: string,
    given: readonly unknown[],
    cases: readonly unknown[],
    argumentsOf: (item: unknown) => readonly unknown[],
  ): void {
    const declared = readDeclaration<PlaywrightTestOptions>(`${what}('${name}', …)`, given)
    const names = caseNames(name, cases)
    // Among several arguments, Playwright cannot see which is the context.
    for (const [index, item] of cases.entries()) {
      declareTest(names[index] ?? name, declared, argumentsOf(item), NO_FIXTURES)
    }
  }
  function each(cases: readonly unknown[]) {
    return (name: string, ...given: readonly unknown[]): void =>
      declareCases('loadTest.each(…)', name, given, cases, (item) => (Array.isArray(item) ? item : [item]))
  }
  function forEach(cases: readonly unknown[]) {
    return (name: string, ...given: readonly unknown[]): void =>
      declareCases('loadTest.for(…)', name, given, cases, (item) => [item])
  }
  const tests = withVariants<LoadTest<PlaywrightFixtures & LoadUseOptions, PlaywrightTestOptions>>(declare, {
    of: (name) => testsOf(host, name),
    todo: (name) => declareAtUserLine<[string, () => void]>(host.fixme, cleanText(name), () => {}),
    each,
    for: forEach,
  })
  return Object.defineProperty(tests, 'extend', {
    value: (fixtures: object) => testsOf(host.extend(fixtures), variant),
  }) as PlaywrightLoadTest
}

type Declare = (
  name: string,
  details: Omit<PlaywrightTestOptions, 'timeout'>,
  run: (fixtures: InternalFixtures) => Promise<void>,
) => void

function functionOf(host: Host, variant: Variant): Declare {
  if (variant === undefined) return host
  // Nothing is judged then, so a test that must fail cannot.
  if (variant === 'fails' && isOnce()) return host.skip
  return variant === 'fails' ? host.fail : host[variant]
}

/** Returns an object that explains why a fixture of Playwright is missing. */
function withoutFixtures(): object {
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined
        throw new TypeError(
          `loadTest gives "${name}" only to a body whose first argument names it: loadTest(name, plan, ({ result, ${name} }) => …). For several cases, declare the tests in a loop instead of with .each or .for`,
        )
      },
    },
  )
}
