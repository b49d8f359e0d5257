import { randomUUID } from 'node:crypto'
import { cleanText } from '../../model/text/clean.ts'
import type { LoadRecord } from '../../model/record.ts'
import type { Ms } from '../../model/units.ts'
import { prepareGenerator } from '../../run/index.ts'
import { callSite } from '../call-site.ts'
import type { CallSite } from '../call-site.ts'
import { readDeclaration } from '../declaration.ts'
import type { Declaration } from '../declaration.ts'
import { isOnce } from '../../run/once.ts'
import { sparseProgress } from '../load-lines.ts'
import { LoadSession } from '../load-session.ts'
import { withVariants } from '../load-test-variants.ts'
import type { PlanScope } from '../plan-scope.ts'
import type { LoadTest } from '../port.ts'
import { printNotice } from '../print-notice.ts'
import { RecordBook } from '../record-book.ts'
import { retriedError, runDeclared } from '../run-declared.ts'
import { hasReporter, spoolRecord } from '../spool.ts'
import { caseOf, inherited, NO_TIMEOUT_MS } from './describe-load.ts'
import type { JestTestOptions } from './describe-load.ts'
import { declareInJest, hasCoverage, hasRetries, testFile } from './test-file.ts'

/** `loadTest` in Jest, whose tests have no context of their own. */
export type JestLoadTest = LoadTest<object, JestTestOptions>

/**
 * Declares a test that puts load on a target. If it has a plan, its traffic has finished when the body starts, and the
 * body asserts on `result`. Without a plan, the body calls `load(plan)` as often as it needs. Load tests never retry and
 * never run concurrently.
 */
export const loadTest: JestLoadTest = testsOf(undefined)

type Variant = 'skip' | 'only' | 'fails' | undefined

/** The part of Jest's `test` and its variants that is used here. */
interface JestTest {
  (name: string, run: () => Promise<void>, timeoutMs: Ms): void
  each(
    cases: readonly unknown[],
  ): (name: string, run: (...given: readonly unknown[]) => Promise<void>, timeoutMs: Ms) => void
}

interface DeclaredTest extends Declaration<JestTestOptions> {
  readonly scope: PlanScope
  readonly site: CallSite
  readonly timeoutMs: Ms | undefined
  /** Jest passes the test when it fails. */
  readonly expectsFailure: boolean
}

function testsOf(variant: Variant): JestLoadTest {
  /** `helper` is the function that the test file called. */
  function read(
    what: string,
    given: readonly unknown[],
    helper: (name: string, ...given: readonly unknown[]) => void,
  ): DeclaredTest {
    const { scope, timeoutMs } = inherited()
    const declaration = readDeclaration<JestTestOptions>(what, given)
    const [plan] = given
    // Warms a thread up while Jest collects tests. A function creates its plans too late for that.
    if (variant !== 'skip') prepareGenerator(scope.declared(typeof plan === 'object' && plan !== null ? plan : {}))
    return {
      ...declaration,
      scope,
      site: callSite(helper),
      timeoutMs: declaration.options?.timeout ?? timeoutMs,
      expectsFailure: variant === 'fails',
    }
  }
  function declare(name: string, ...given: readonly unknown[]): void {
    const declared = read(`loadTest('${name}', …)`, given, declare)
    declareInJest(() => testOf(variant)(cleanText(name), () => runLoadTest(declared, []), NO_TIMEOUT_MS))
  }
  function each(cases: readonly unknown[]) {
    return function declareEach(name: string, ...given: readonly unknown[]): void {
      const declared = read(`loadTest.each(…)('${name}', …)`, given, declareEach)
      const run = (item: unknown): Promise<void> => runLoadTest(declared, Array.isArray(item) ? item : [item])
      declareEachInJest(cases, name, run)
    }
  }
  function forEach(cases: readonly unknown[]) {
    return function declareFor(name: string, ...given: readonly unknown[]): void {
      const declared = read(`loadTest.for(…)('${name}', …)`, given, declareFor)
      const run = (item: unknown): Promise<void> => runLoadTest(declared, [item])
      declareEachInJest(cases, name, run)
    }
  }
  function declareEachInJest(cases: readonly unknown[], name: string, run: (item: unknown) => Promise<void>): void {
    const runCase = (...given: readonly unknown[]): Promise<void> => run(caseOf(cases, given))
    declareInJest(() => testOf(variant).each(cases)(cleanText(name), runCase, NO_TIMEOUT_MS))
  }
  return withVariants<JestLoadTest>(declare, {
    of: testsOf,
    todo: (name) => testFile().jest.test.todo(cleanText(name)),
    each,
    for: forEach,
  })
}

function testOf(variant: Variant): JestTest {
  const { test } = testFile().jest
  if (variant === undefined) return test
  // A test of Jest cannot be skipped once it runs.
  if (variant === 'fails' && isOnce()) return test.skip
  return variant === 'fails' ? test.failing : test[variant]
}

/** Runs a declared load test, or the case `item` of it, as the current test of Jest. */
async function runLoadTest(declared: DeclaredTest, item: readonly unknown[]): Promise<void> {
  const { scope, site, timeoutMs, expectsFailure } = declared
  const file = testFile()
  if (hasRetries(file)) throw site.point(retriedError('jest.retryTimes from its file'))
  const { jest, names } = file
  const test = names.join(' > ')
  const { testPath } = jest.expect.getState()
  const where = { id: randomUUID(), test, ...(testPath !== undefined && { file: testPath }) }
  let record: LoadRecord | undefined
  const book = new RecordBook(test, (newest) => void (record = newest), { place: site.place })
  const session = new LoadSession({
    ...where,
    scope,
    site,
    book,
    // Jest never ends a running test.
    signal: new AbortController().signal,
    timeoutMs,
    facts: { coverage: hasCoverage(file) },
    onProgress: hasReporter() ? sparseProgress() : undefined,
    countAssertions: () => jest.expect.getState().assertionCalls,
    expectsFailure,
    onWarning: printNotice,
    onWait: printNotice,
  })
  try {
    await runDeclared(session, declared, item, {})
  } finally {
    // Jest passes nothing of a test to its reporters, so the record takes the same way as that of an interrupted test.
    if (record !== undefined) spoolRecord({ ...where, record })
  }
}
