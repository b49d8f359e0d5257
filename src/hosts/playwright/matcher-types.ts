import type { Expect } from '@playwright/test'
import type { LoadMatchers } from '../../judge/matchers/index.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { MetricFigures } from '../../model/metric.ts'

export type { LoadMatchers } from '../../judge/matchers/index.ts'

declare global {
  // eslint-disable-next-line typescript/no-namespace -- Playwright declares this namespace for custom matchers
  namespace PlaywrightTest {
    // eslint-disable-next-line typescript/no-unused-vars -- all declarations of an interface have the same parameters
    interface Matchers<R, T = unknown> extends LoadMatchers<R> {}
  }
}

/** Playwright's assertion on the figures of a run. It declares the matchers again for their texts in an editor. */
interface LoadAssertion extends LoadMatchers<void> {
  readonly not: LoadMatchers<void>
}

/** Playwright's `expect`, extended with the matchers for load results. */
export type LoadExpect = ((actual: JudgedFigures | MetricFigures | null | undefined) => LoadAssertion) & Expect
