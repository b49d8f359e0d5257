import type { LoadResult } from './result.ts'
import type { Trend } from './trend.ts'
import type { Count, Ms } from './units.ts'
import type { VerdictRecord } from './verdict.ts'

export interface Environment {
  readonly node: string
  readonly os: string
  readonly cpus: Count
  /** Model of the CPU. Absent in files of earlier versions. */
  readonly cpu?: string
  readonly memoryMb: number
  /** Version of describe-load. Absent in files of earlier versions. */
  readonly describeLoad?: string
  /** Commit of the checkout; null outside one. */
  readonly commit: string | null
}

/** Requests that a test sent and that no result of it includes. */
export interface UnlistedRequests {
  /**
   * What sent them: the warm-up of a run, or a run that is not part of the report, such as a probe between two runs.
   */
  readonly sentBy: 'warm-up' | 'unlisted run'
  readonly protocol: string
  /** Name of the operation, or the request in words if it has no name. */
  readonly operation: string
  readonly requests: Count
}

/** What one load test passes to the reporter: plain JSON, in the host's task metadata. */
export interface LoadRecord {
  readonly results: readonly LoadResult[]
  readonly verdicts: readonly VerdictRecord[]
  /** Set by a suite: the artifacts that these results belong to. `findings` are its conclusions. */
  readonly suite?: string
  /** Set by a suite: the name of this call; default the test's full name. */
  readonly suiteName?: string
  readonly findings?: unknown
  /** When the suite first had findings, ISO 8601. */
  readonly concludedAt?: string
  /** Why the test ended early, such as `interrupted by SIGINT`. */
  readonly endedEarly?: string
  readonly unlisted?: readonly UnlistedRequests[]
}

/** A test of a run, as its host reported it. */
export interface TestOutcome {
  /** Full name of the test, including those of its groups. */
  readonly test: string
  /** Its file, relative to the root of the project, with slashes. Absent if the host knows none. */
  readonly file?: string
  /** How it ended. Absent if the run ended before it. */
  readonly state?: 'passed' | 'failed'
  /** Time that the test took, with its waits for other loads. */
  readonly durationMs?: Ms
  /** The command that repeats this test alone, with the same seed. */
  readonly rerun?: string
  /** Indexes into the `results` of the run. */
  readonly results: readonly Count[]
}

/** One run of a suite (or of custom load tests), from which every artifact is rendered. */
export interface RunRecord {
  readonly schema: 1
  readonly suite: string
  /**
   * Distinguishes two calls of one suite: the given name, or the name of the test; for custom tests, the suite's name.
   */
  readonly name: string
  readonly startedAt: string
  readonly durationMs: Ms
  readonly environment: Environment
  readonly target: string
  readonly results: readonly LoadResult[]
  readonly verdicts: readonly VerdictRecord[]
  /** The tests that measured the results. Absent in files of earlier versions. */
  readonly tests?: readonly TestOutcome[]
  readonly findings: unknown
  /**
   * Why the run ended early, such as `interrupted by SIGINT`: its results and findings are those until then. Absent if
   * it ran to its end.
   */
  readonly endedEarly?: string
  /**
   * Requests that were sent in addition to those of `results`: together, they are what the target received. Absent if
   * there are none, and in records of earlier versions.
   */
  readonly unlisted?: readonly UnlistedRequests[]
  /** How the figures of the tests developed. Absent without a history file. */
  readonly trends?: readonly Trend[]
}

/**
 * A file that is rendered from all runs at once: one run of custom load tests, one per call of a suite. `render` is
 * pure, so that the JSON alone reproduces the file.
 */
export interface Artifact {
  readonly fileName: string
  /**
   * Receives at least one run. Returns undefined when these runs have nothing for this file. `earlier` has the newest
   * run of every other suite whose JSON is in the folder, newest first.
   */
  render(runs: readonly RunRecord[], earlier?: readonly RunRecord[]): string | undefined
}
