import { limitsSuiteOn } from './assessments/limits.ts'
import type { LimitsSuite } from './assessments/limits.ts'
import { describeLoad } from './hosts/vitest/describe-load.ts'
import { loadTest } from './hosts/vitest/load-test.ts'

export type { LimitsOptions, LimitsSuite } from './assessments/limits.ts'
export { describeLoad, loadTest }
export { expect } from './hosts/vitest/expect.ts'
export type { LoadMatchers } from './hosts/vitest/matcher-types.ts'
export type { VitestLoadTest } from './hosts/vitest/load-test.ts'
export type { DescribeLoad, LoadContext, LoadTest, ResultContext, TestPlan } from './hosts/port.ts'
export * from './index.ts'

/** The suite that searches for the highest rate a target holds under its service level; see `suites/limits`. */
export const limitsSuite: LimitsSuite = limitsSuiteOn({ describeLoad, loadTest })
