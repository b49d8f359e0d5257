import type { afterAll, describe, expect, test } from '@jest/globals'
import { withoutOurFrames } from '../call-site.ts'
import { hostMatchers } from '../host-matchers.ts'
import { PlanScope } from '../plan-scope.ts'
import { printNotice } from '../print-notice.ts'

/** What describe-load uses of the module `@jest/globals`. */
export interface JestGlobals {
  readonly afterAll: typeof afterAll
  readonly describe: typeof describe
  readonly expect: typeof expect
  readonly test: typeof test
}

/** The test file that this process runs. Jest runs one at a time in each process. */
interface TestFile {
  readonly jest: JestGlobals
  /** The global object of the realm in which Jest runs the file. */
  readonly realm: object
  /** Names of the running test and of the groups around it, from the outermost. */
  names: readonly string[]
  /** The scope around all groups. */
  readonly scope: PlanScope
}

let current: TestFile | undefined

/** Prepares a test file for load tests. Called from inside the file's realm, when it imports describe-load. */
export function enterTestFile(jest: JestGlobals, realm: object): void {
  const file: TestFile = { jest, realm, names: [], scope: new PlanScope({}) }
  // Jest's console would print a notice when the file ends, with a stack of describe-load.
  jest.expect.extend(hostMatchers(printNotice))
  followEvents(realm, file)
  current = file
}

/** Returns the test file that imports describe-load last. Throws a `TypeError` outside of Jest. */
export function testFile(): TestFile {
  if (current === undefined) throw new TypeError('describe-load/jest works only in test files that Jest runs')
  return current
}

/** Declares something in Jest. An error of Jest about the declaration points to the line of the test file. */
export function declareInJest(declare: () => void): void {
  try {
    declare()
  } catch (error) {
    throw withoutOurFrames(error)
  }
}

/** Returns whether Jest repeats failed tests of this file (`jest.retryTimes`). */
export function hasRetries({ realm }: TestFile): boolean {
  return Number(Reflect.get(realm, Symbol.for('RETRY_TIMES'))) > 0
}

/** Returns whether Jest measures the coverage of the code in this file's realm. */
export function hasCoverage({ realm }: TestFile): boolean {
  return Reflect.has(realm, '__coverage__')
}

interface CircusTest {
  readonly name: string
  readonly parent?: CircusTest | undefined
}

interface CircusEvent {
  readonly name: string
  readonly asyncError?: unknown
  readonly test?: CircusTest
}

/**
 * Follows the events of jest-circus, the test runner of Jest. Its list of handlers is not part of Jest's documented API,
 * and nothing else has the names of the groups. `asyncError` has the place of a declaration, for errors and for
 * `--testLocationInResults`, which would be in describe-load.
 */
function followEvents(realm: object, file: TestFile): void {
  const handlers: unknown = Reflect.get(realm, Symbol.for('EVENT_HANDLERS'))
  if (!Array.isArray(handlers)) throw new TypeError('describe-load needs jest-circus, the default test runner of Jest')
  handlers.push((event: CircusEvent) => {
    withoutOurFrames(event.asyncError)
    if (event.name === 'test_start' && event.test !== undefined) file.names = namesOf(event.test)
  })
}

/** The outermost group is Jest's own. */
function namesOf({ name, parent }: CircusTest): readonly string[] {
  return parent === undefined ? [] : [...namesOf(parent), name]
}
