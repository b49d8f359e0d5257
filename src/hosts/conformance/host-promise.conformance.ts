import type { TestContext } from 'vitest'
import type { RunRecord } from '../../model/record.ts'
import type { HostProject } from '../host-process.fixture.ts'

/** A test runner, and how its users write what other runners spell differently. */
export interface ConformingHost {
  /** Example: `Vitest 5`. */
  readonly name: string
  /** Imports of a test file: `describe`, `test`, `beforeAll` and `afterAll` of the host. */
  readonly imports: string
  /** Further imports of a load file: `describeLoad`, `expect`, `LoadError` and `loadTest` of describe-load. */
  readonly loadImports: string
  /**
   * Creates a project in which tests have a timeout of 500 ms and are retried, if the configuration of the host has such
   * options.
   */
  readonly project: (context: Pick<TestContext, 'onTestFinished'>, files: Files) => HostProject | Promise<HostProject>
  /** Arguments of a run whose results `tests()` of the project returns. */
  readonly args: readonly string[]
  /** The command in reports that repeats a test, without the seed. */
  readonly rerun: (file: string, name: readonly string[]) => string
  /** Whether the results of the host have the tests that `.only` leaves out. */
  readonly reportsDeselected: boolean
  /** Why a load ended after Ctrl-C. */
  readonly interruptedBy: string
  /** Declarations of a load file, or why the host cannot have them. */
  readonly spelled: Readonly<Record<Spelled, { readonly code: string } | { readonly because: string }>>
}

export type Files = Readonly<Record<string, string>>

/** Names of what hosts spell differently, and of what some do not have. */
type Spelled =
  | 'concurrencyOfHost'
  | 'fakeTimers'
  | 'fixtures'
  | 'planOfAllFiles'
  | 'repeats'
  | 'retries'
  | 'retriesOfConfiguration'

/** A finished process of a host. */
export interface ObservedRun {
  readonly host: ConformingHost
  readonly output: string
  readonly exitCode: number | null
  readonly project: HostProject
  readonly record: RunRecord
  /** The files of the project, by name. */
  readonly files: Files
}

/** A failure that contains these words, at a line of the load file that starts with `at`. */
interface Failure {
  readonly says: string | RegExp
  readonly at?: string
}

/** What every host must do. */
export interface HostPromise {
  /** As `docs/hosts.md` shows it. */
  readonly promise: string
  /**
   * Declarations of a load file, or the name of those that the host spells. They are in a group that has the key of the
   * promise as its name. `shop` is a plan of 5 requests to `url`, and `note(file, text)` appends to a file.
   */
  readonly code: string | { readonly spelled: Spelled }
  /** Default: the load file of all promises. `process`: the only load file of its own process. */
  readonly in?: 'file' | 'process'
  /** Further files of the project. `IMPORTS` in them is replaced by those of a test file. */
  readonly files?: Files
  /** What gets SIGINT when the load file has written `under-way.txt`; the host then has no results of tests. */
  readonly interrupted?: 'every process' | 'the runner'
  /** All tests of the group, by name. */
  readonly tests: Readonly<Record<string, 'passed' | 'skipped' | 'deselected' | Failure>>
  readonly check?: (run: ObservedRun) => void
}

export type HostPromises = Readonly<Record<string, HostPromise>>

/** Returns name, end and successes of the results of a group, without the name of the group. */
export function resultsOf({ record }: ObservedRun, group: string): readonly (readonly [string, string, number])[] {
  const results = record.results.filter(({ name }) => name.startsWith(`${group} > `))
  return results.map(({ name, ended, successes }) => [name.slice(group.length + 3), ended, successes])
}

/** Files of describe-load as stacks name them, in the repository and in a package. */
export const OUR_FRAMES: RegExp = /src\/hosts|describe-load\/dist/
