import { test as playwrightTest } from '@playwright/test'
import type {
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestType,
} from '@playwright/test'
import type { CustomPlan, LoadPlan, WrittenPlan } from '../../plan/load-plan.ts'
import { PlanScope } from '../plan-scope.ts'
import type { Load, LoadContext, StartLoad } from '../port.ts'
import type { LoadGroup } from './load-group.ts'
import { TestAttempt } from './test-attempt.ts'
import { TestTimeout } from './test-timeout.ts'

/** Options of describe-load in `use`: in the configuration, in a project, or in `test.use`. */
export interface LoadUseOptions {
  /**
   * Plan keys for all loads; those of `describeLoad`, `loadTest` and `load` take precedence. `target` is Playwright's
   * `baseURL` unless a plan has another one. A target that is a command or a function is started once in each of
   * Playwright's worker processes.
   */
  readonly loadPlan: LoadPlan | CustomPlan
}

/** Fixtures of describe-load. */
export interface LoadFixtures {
  /**
   * Runs a load to its end and keeps its result for the reports. Its time does not count towards the timeout of the test.
   * Rejects with `LoadPlanError` or `LoadTargetError` before any traffic; failed requests are part of the result.
   */
  readonly load: Load
  /** Like `load`, for observing a run or stopping it early: resolves once the run has started. */
  readonly startLoad: StartLoad
}

/** Fixtures that only describe-load uses. */
export interface InternalFixtures {
  /** The `describeLoad` around the test. */
  readonly loadGroup: LoadGroup | undefined
  readonly loadAttempt: TestAttempt
  readonly loadContext: LoadContext
}

interface InternalWorkerFixtures {
  readonly outermostScopes: OutermostScopes
}

/** Playwright's `test` with more fixtures. */
export type LoadTestType<Extra extends object> = TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & Extra,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>

const fixtures: LoadTestType<LoadUseOptions & LoadFixtures & InternalFixtures> = playwrightTest.extend<
  LoadUseOptions & LoadFixtures & InternalFixtures,
  InternalWorkerFixtures
>({
  loadPlan: [{}, { option: true }],
  loadGroup: [undefined, { option: true, box: true }],
  outermostScopes: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of the required fixtures from it
    async ({}, use) => {
      const scopes = new OutermostScopes()
      await use(scopes)
      await scopes.close()
    },
    { scope: 'worker', box: true },
  ],
  loadAttempt: [
    async ({ loadPlan, baseURL, loadGroup, outermostScopes }, use, info) => {
      const outermost = outermostScopes.of(loadPlan, baseURL)
      const attempt = new TestAttempt(info, loadGroup?.scopeIn(outermost) ?? outermost)
      await use(attempt)
      await attempt.end()
    },
    { box: true },
  ],
  loadContext: [
    async ({ loadAttempt }, use, info) => {
      let hasFailed = false
      try {
        await loadAttempt.run({ timeoutMs: undefined, clock: new TestTimeout(info) }, (session) =>
          session.within(async (context) => {
            await use(context)
            hasFailed = info.status !== info.expectedStatus
            if (!hasFailed) return
            loadAttempt.cut()
            throw new Error('the test has failed')
          }),
        )
      } catch (error) {
        // Without the checks of the session, whose errors would hide that of the test.
        if (!hasFailed) throw error
      }
    },
    { box: true },
  ],
  load: [async ({ loadContext }, use) => use(loadContext.load), { box: true }],
  startLoad: [async ({ loadContext }, use) => use(loadContext.startLoad), { box: true }],
})

/** Playwright's `test`, with the fixtures `load` and `startLoad`, and with the option `loadPlan`. */
export const test: LoadTestType<LoadUseOptions & LoadFixtures> = fixtures

/**
 * Declares the tests of `loadTest`, which runs a session of its own. Playwright sets up the fixtures that a body names, so
 * it must know the names that `loadTest` adds to them; `loadTest` replaces the values.
 */
export const loadTests: LoadTestType<LoadUseOptions & InternalFixtures> = fixtures.extend({
  load: null,
  startLoad: null,
  result: null,
  signal: null,
  conclude: null,
} as object)

/** The scopes around all groups, by the plan of the project and its base URL. */
class OutermostScopes {
  readonly #scopes = new Map<WrittenPlan, Map<string | undefined, PlanScope>>()

  of(plan: WrittenPlan, baseURL: string | undefined): PlanScope {
    const byUrl = this.#scopes.get(plan) ?? new Map<string | undefined, PlanScope>()
    this.#scopes.set(plan, byUrl)
    const known = byUrl.get(baseURL)
    if (known !== undefined) return known
    const scope = new PlanScope({ ...(baseURL !== undefined && { target: baseURL }), ...plan })
    byUrl.set(baseURL, scope)
    return scope
  }

  async close(): Promise<void> {
    for (const byUrl of this.#scopes.values()) for (const scope of byUrl.values()) await scope.close()
  }
}
