import type { CustomPlan, LoadPlan, SpreadPlan } from '../plan/load-plan.ts'
import type { LoadResult } from '../model/result.ts'
import type { LoadPart } from '../report/live/progress.ts'
import type { LoadRun } from '../run/index.ts'

interface HostOptions<Options> {
  /** Options of the test runner, such as `{ timeout: 60_000, skip: true }`. */
  readonly test?: Options
}

/** A plan in a host with the test options `Options`, which are given under `test`. */
export type TestPlan<Options> = LoadPlan & HostOptions<Options>

/** A plan with a custom protocol. */
export type CustomTestPlan<Options> = CustomPlan & HostOptions<Options>

/** Runs a load to its end. */
export interface Load {
  (plan: LoadPlan, options?: LoadOptions): Promise<LoadResult>
  (plan: CustomPlan, options?: LoadOptions): Promise<LoadResult>
  <Plan extends object>(plan: SpreadPlan<Plan>, options?: LoadOptions): Promise<LoadResult>
}

/**
 * With `record: false`, the run is not recorded and appears in no report, such as a probe between two loads; default
 * true.
 */
export interface StartLoad {
  (plan: LoadPlan, options?: StartOptions): Promise<LoadRun>
  (plan: CustomPlan, options?: StartOptions): Promise<LoadRun>
  <Plan extends object>(plan: SpreadPlan<Plan>, options?: StartOptions): Promise<LoadRun>
}

/** Options of `load` in a test. */
export interface LoadOptions {
  /** Name of this load among those of its test, for the progress line: `200 req/s`. */
  readonly phase?: string
  /** Which of the loads of its test this is, for the progress line. */
  readonly part?: LoadPart
}

/** Options of `startLoad` in a test. */
export interface StartOptions extends LoadOptions {
  /** `false`: the run appears in no report; default true. */
  readonly record?: boolean
}

/** What the body of a load test gets in addition to the host's test context. */
export interface LoadContext {
  /** Aborted when the test times out or the host cancels it. */
  readonly signal: AbortSignal
  /**
   * Runs a load to its end and keeps its result for the reports. The plan inherits keys like the plan of `loadTest`.
   * Rejects with `LoadPlanError` or `LoadTargetError` before any traffic; failed requests are part of the result.
   */
  readonly load: Load
  /** Like `load`, for observing a run or stopping it early: resolves once the run has started. */
  readonly startLoad: StartLoad
  /**
   * Makes this test a run of a suite: `findings` (plain JSON) go into the suite's artifacts. If two runs have the same
   * `name` (default the test's name), the artifacts show the later one.
   */
  readonly conclude: (suite: string, findings: unknown, name?: string) => void
}

/** If `loadTest` has a plan, its traffic has finished when the body starts. */
export interface ResultContext extends LoadContext {
  /** What the run measured: frozen JSON with counts, distributions, operations, phases and intervals. */
  readonly result: LoadResult
  /** What the target of `against` measured, in a plan that has one; reading it in another test throws. */
  readonly baseline: LoadResult
}

/** Declares load tests. `Context` is the host's test context, `Options` are its test options. */
export interface LoadTest<Context, Options> {
  (name: string, plan: TestPlan<Options>, body: (context: Context & ResultContext) => unknown): void
  (name: string, plan: CustomTestPlan<Options>, body: (context: Context & ResultContext) => unknown): void
  <Plan extends object>(
    name: string,
    plan: SpreadPlan<Plan, HostOptions<Options>> & HostOptions<Options>,
    body: (context: Context & ResultContext) => unknown,
  ): void
  (name: string, body: (context: Context & LoadContext) => unknown): void
  readonly skip: LoadTest<Context, Options>
  readonly only: LoadTest<Context, Options>
  readonly todo: (name: string) => void
  /** Passes if the test fails. */
  readonly fails: LoadTest<Context, Options>
  readonly skipIf: (condition: unknown) => LoadTest<Context, Options>
  readonly runIf: (condition: unknown) => LoadTest<Context, Options>
  /** Declares one test per case; an array is spread over the first arguments, the context comes last. */
  readonly each: {
    <Case extends unknown[] | [unknown]>(cases: readonly Case[]): LoadTestEach<Case, Context, Options>
    <Case>(cases: readonly Case[]): LoadTestEach<[Case], Context, Options>
  }
  /** Declares one test per case; the case is the first argument, unchanged, and the context is the second. */
  readonly for: <const Case>(cases: readonly Case[]) => LoadTestEach<[Case], Context, Options>
}

/** The plan may be a function of the case; the host's options are then the same for all cases. */
export interface LoadTestEach<Case extends unknown[], Context, Options> {
  (
    name: string,
    plan: CustomTestPlan<Options> | ((...item: Case) => CustomPlan),
    body: (...given: [...Case, Context & ResultContext]) => unknown,
  ): void
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
  (name: string, plan: CustomTestPlan<Options>, body: () => unknown): void
  <Plan extends object>(
    name: string,
    plan: SpreadPlan<Plan, HostOptions<Options>> & HostOptions<Options>,
    body: () => unknown,
  ): void
  (name: string, body: () => unknown): void
  readonly skip: DescribeLoad<Options>
  readonly only: DescribeLoad<Options>
  readonly each: {
    <Case extends unknown[] | [unknown]>(cases: readonly Case[]): DescribeLoadEach<Case, Options>
    <Case>(cases: readonly Case[]): DescribeLoadEach<[Case], Options>
  }
}

export interface DescribeLoadEach<Case extends unknown[], Options> {
  (
    name: string,
    plan: CustomTestPlan<Options> | ((...item: Case) => CustomPlan),
    body: (...item: Case) => unknown,
  ): void
  (name: string, plan: TestPlan<Options> | ((...item: Case) => LoadPlan), body: (...item: Case) => unknown): void
  (name: string, body: (...item: Case) => unknown): void
}
