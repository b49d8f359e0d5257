import { expect as globalExpect, recordArtifact } from 'vitest'
import type { ExpectStatic, TestContext, TestOptions } from 'vitest'
import { LoadError } from '../../model/errors.ts'
import { cleanText } from '../../model/text/clean.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { Progress } from '../../report/live/progress.ts'
import { callSite, withoutOurFrames } from '../call-site.ts'
import type { CallSite } from '../call-site.ts'
import type { Declaration } from '../declaration.ts'
import { LoadSession, resultOf } from '../load-session.ts'
import type { PlanScope } from '../plan-scope.ts'
import type { LoadContext } from '../port.ts'
import { RecordBook } from '../record-book.ts'
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
  const { planOf, body, scope, site, options, inheritedTimeoutMs, inheritedRetry } = declared
  const { task } = context
  if (task.concurrent === true) throw site.point(concurrent())
  if (isRetry(options?.retry ?? inheritedRetry)) throw site.point(retried())
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
    await session.within(async (loads) => {
      const run = planOf && (await session.start(planOf(...item), { site }))
      const result = run && (await resultOf(run, site))
      try {
        await body(...item, bodyContext(context, assertions.expect, loads, result))
      } catch (error) {
        throw withoutOurFrames(error)
      }
    })
  } finally {
    if (areImagesShown()) await annotateLoads(context, task.meta.load)
  }
}

/**
 * Returns a context that inherits from Vitest's and adds describe-load's keys. It inherits, because Vitest creates some
 * keys on first use.
 */
function bodyContext(
  context: TestContext,
  localExpect: () => ExpectStatic,
  loads: LoadContext,
  result: LoadResult | undefined,
): object {
  return Object.create(context, {
    expect: { get: localExpect },
    ...Object.getOwnPropertyDescriptors(loads),
    result: result === undefined ? { get: refuseResult } : { value: result },
  }) as object
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

function refuseResult(): never {
  const error = new LoadError(
    'ERR_LOAD_NO_RESULT',
    'this loadTest has no plan, so there is no result yet\n    → loadTest(name, plan, …), with {} for the plan of its describeLoad, or await load(plan) in the body',
  )
  throw callSite(refuseResult).point(error)
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

function retried(): LoadError {
  return new LoadError(
    'ERR_LOAD_RETRY',
    'a load test cannot be retried: a retry repeats the load until it passes, which hides the failures before\n    → remove `retry` from its test options and from the describe around it; for more measurements, increase its duration',
  )
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
