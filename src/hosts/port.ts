import type { LoadPlan } from '../model/plan.ts'
import type { LoadResult } from '../model/result.ts'
import type { LoadRun } from '../run/index.ts'

/** A plan as a test of a host `Options` carries it: the host's own options of the test stand under `test`. */
export interface TestPlan<Options> extends LoadPlan {
  readonly test?: Options
}

/** `record: false`: the run belongs to no record and no report, like a probe between two loads; true when absent. */
export type StartLoad = (plan: LoadPlan, options?: { readonly record?: boolean }) => Promise<LoadRun>

/** What a load test's body gets beside what the host gives every test. */
export interface LoadContext {
  /** Aborts when the test runs out of time or the host cancels it. */
  readonly signal: AbortSignal
  /**
   * Runs a load to its end and keeps its result for the reports. The plan inherits like the one of `loadTest`.
   * Rejects with `LoadPlanError` or `LoadTargetError` before any traffic; failed requests are part of the result.
   */
  readonly load: (plan: LoadPlan) => Promise<LoadResult>
  /** Like `load`, for watching a run or stopping it early: resolves as soon as it is under way. */
  readonly startLoad: StartLoad
  /**
   * Makes this test the run of a suite: `findings` (plain JSON) go into the suite's own artifacts. Of two runs by one
   * `name` (the test's own when absent) the later one stands there.
   */
  readonly conclude: (suite: string, findings: unknown, name?: string) => void
}

/** With a plan given to `loadTest`, its traffic has run when the body starts. */
export interface ResultContext extends LoadContext {
  readonly result: LoadResult
}

/** Declares load tests; `Context` is what the host itself gives a test, `Options` are its options of a test. */
export interface LoadTest<Context, Options> {
  (name: string, plan: TestPlan<Options>, body: (context: Context & ResultContext) => unknown): void
  (name: string, body: (context: Context & LoadContext) => unknown): void
  readonly skip: LoadTest<Context, Options>
  readonly only: LoadTest<Context, Options>
  readonly todo: (name: string) => void
  /** Passes when the test fails. */
  readonly fails: LoadTest<Context, Options>
  readonly skipIf: (condition: unknown) => LoadTest<Context, Options>
  readonly runIf: (condition: unknown) => LoadTest<Context, Options>
  /** One test a case; an array is spread over the first arguments, the context comes last. */
  readonly each: {
    <Case extends unknown[] | [unknown]>(cases: readonly Case[]): LoadTestEach<Case, Context, Options>
    <Case>(cases: readonly Case[]): LoadTestEach<[Case], Context, Options>
  }
  /** One test a case; the case is the first argument as it stands, the context the second. */
  readonly for: <const Case>(cases: readonly Case[]) => LoadTestEach<[Case], Context, Options>
}

/** The plan may be made from the case; the host's options are then the same for all. */
export interface LoadTestEach<Case extends unknown[], Context, Options> {
  (
    name: string,
    plan: TestPlan<Options> | ((...item: Case) => LoadPlan),
    body: (...given: [...Case, Context & ResultContext]) => unknown,
  ): void
  (name: string, body: (...given: [...Case, Context & LoadContext]) => unknown): void
}

/** Declares a group of load tests that share a plan. */
export interface DescribeLoad<Options> {
  (name: string, plan: TestPlan<Options>, body: () => unknown): void
  (name: string, body: () => unknown): void
  readonly skip: DescribeLoad<Options>
  readonly only: DescribeLoad<Options>
  readonly each: {
    <Case extends unknown[] | [unknown]>(cases: readonly Case[]): DescribeLoadEach<Case, Options>
    <Case>(cases: readonly Case[]): DescribeLoadEach<[Case], Options>
  }
}

export interface DescribeLoadEach<Case extends unknown[], Options> {
  (name: string, plan: TestPlan<Options> | ((...item: Case) => LoadPlan), body: (...item: Case) => unknown): void
  (name: string, body: (...item: Case) => unknown): void
}
