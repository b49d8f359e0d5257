import { expect as globalExpect, recordArtifact } from 'vitest'
import type { ExpectStatic, TestContext, TestOptions } from 'vitest'
import { LoadError } from '../../model/errors.ts'
import { cleanText } from '../../model/text/clean.ts'
import type { Ms } from '../../model/units.ts'
import type { Progress } from '../../report/live/progress.ts'
import type { CallSite } from '../call-site.ts'
import type { Declaration } from '../declaration.ts'
import { isOnce } from '../../run/once.ts'
import { FAILS_SKIPPED_ONCE } from '../../wording/load-test.ts'
import { LoadSession } from '../load-session.ts'
import type { PlanScope } from '../plan-scope.ts'
import { RecordBook } from '../record-book.ts'
import { retriedError, runDeclared } from '../run-declared.ts'
import { hasReporter } from '../spool.ts'
import { annotateLoads } from './annotate-loads.ts'
import { PROGRESS } from './matcher-types.ts'
import { reportMissingPlugin } from './missing-plugin.ts'
import { areImagesShown, hostFacts } from './settings.ts'

type VitestTask = TestContext['task']

/** Where a load test is declared. */
export interface TestPlace {
  readonly scope: PlanScope
  readonly site: CallSite
  /** Timeout of the suites around it; its own takes precedence. */
  readonly inheritedTimeoutMs: Ms | undefined
  /** Retries that the suites around it ask for. */
  readonly inheritedRetry: TestOptions['retry']
}

/** A declared load test: its plan and body, and where it is declared. */
export interface DeclaredTest extends Declaration<TestOptions>, TestPlace {}

/** Runs a declared load test, or one case of it, as the Vitest test of `context`. */
export async function runLoadTest(
  declared: DeclaredTest,
  item: readonly unknown[],
  context: TestContext,
): Promise<void> {
  const { scope, site, options, inheritedTimeoutMs, inheritedRetry } = declared
  const { task } = context
  if (task.fails === true && isOnce()) return context.skip(FAILS_SKIPPED_ONCE)
  if (task.concurrent === true) throw site.point(concurrent())
  if (isRetry(options?.retry ?? inheritedRetry))
    throw site.point(retriedError('`retry` from its test options and from the describe around it'))
  reportMissingPlugin()
  const test = fullNameOf(task)
  const publish = (record: NonNullable<VitestTask['meta']['load']>): void => {
    task.meta.load = record
  }
  const assertions = countedExpect(context)
  const session = new LoadSession({
    id: task.id,
    test,
    scope,
    site,
    book: new RecordBook(test, publish, { before: task.meta.load, place: site.place }),
    signal: context.signal,
    timeoutMs: options?.timeout ?? inheritedTimeoutMs,
    facts: hostFacts(),
    onProgress: hasReporter() ? (progress) => postProgress(task, progress) : undefined,
    countAssertions: assertions.count,
    expectsFailure: task.fails === true,
    onWarning: (message) => console.warn(cleanText(message)),
    onWait: (message) => console.warn(cleanText(message)),
  })
  try {
    await runDeclared(session, declared, item, Object.create(context, { expect: { get: assertions.expect } }) as object)
  } finally {
    if (areImagesShown()) await annotateLoads(context, task.meta.load)
  }
}

/**
 * Returns the `expect` of the test's context, and the number of the test's assertions. Vitest creates that `expect` on
 * first use and from then on checks `expect.assertions(n)` against it instead of the global one; this reads it only for
 * the body.
 */
function countedExpect(context: TestContext): { expect(this: void): ExpectStatic; count(this: void): number } {
  let local: ExpectStatic | undefined
  return {
    expect: () => (local ??= context.expect),
    count: () => globalExpect.getState().assertionCalls + (local?.getState().assertionCalls ?? 0),
  }
}

function concurrent(): LoadError {
  return new LoadError(
    'ERR_LOAD_CONCURRENT',
    'a load test cannot be concurrent: two loads at the same time distort each other\n    → remove .concurrent (or sequence.concurrent) from it and from the describe around it',
  )
}

function isRetry(retry: TestOptions['retry']): boolean {
  return (typeof retry === 'object' ? (retry.count ?? 0) : (retry ?? 0)) > 0
}

/** At most once per second, because every call adds an artifact to the test's record. */
function postProgress(task: VitestTask, progress: Progress): void {
  recordArtifact(task, { type: PROGRESS, progress }).catch(() => {
    // The test has ended; its result has more information.
  })
}

function fullNameOf({ name, suite }: { readonly name: string; readonly suite?: VitestTask['suite'] }): string {
  return suite === undefined ? name : `${fullNameOf(suite)} > ${name}`
}
