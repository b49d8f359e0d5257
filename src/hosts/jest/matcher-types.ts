import type { expect } from '@jest/globals'
import type { LoadMatchers } from '../../judge/matchers/index.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { MetricFigures } from '../../model/metric.ts'

export type { LoadMatchers } from '../../judge/matchers/index.ts'

// For `expect` of `@jest/globals`.
declare module '@jest/expect' {
  // eslint-disable-next-line typescript/no-unused-vars -- all declarations of an interface have the same parameters
  interface Matchers<R extends void | Promise<void>, T = unknown> extends LoadMatchers<R> {}
  // eslint-disable-next-line typescript/no-explicit-any -- an asymmetric matcher can have any type
  interface AsymmetricMatchers extends LoadMatchers<any> {}
}

// For the global `expect` of `@types/jest`.
declare global {
  // eslint-disable-next-line typescript/no-namespace -- `@types/jest` declares this namespace
  namespace jest {
    // eslint-disable-next-line typescript/no-unused-vars -- all declarations of an interface have the same parameters
    interface Matchers<R, T = {}> extends LoadMatchers<R> {}
    // eslint-disable-next-line typescript/no-explicit-any -- an asymmetric matcher can have any type
    interface Expect extends LoadMatchers<any> {}
    // eslint-disable-next-line typescript/no-explicit-any -- an asymmetric matcher can have any type
    interface InverseAsymmetricMatchers extends LoadMatchers<any> {}
  }
}

/** Jest's assertion on the figures of a run. It declares the matchers again for their texts in an editor. */
interface LoadAssertion extends LoadMatchers<void> {
  readonly not: LoadMatchers<void>
}

/** Jest's `expect`, extended with the matchers for load results. */
export type LoadExpect = ((actual: JudgedFigures | MetricFigures | null | undefined) => LoadAssertion) & typeof expect
