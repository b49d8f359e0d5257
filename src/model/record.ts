import type { LoadResult } from './result.ts'
import type { Ms } from './units.ts'
import type { VerdictRecord } from './verdict.ts'

export interface Environment {
  readonly node: string
  readonly os: string
  readonly cpus: number
  readonly memoryMb: number
  /** The commit of the checkout, or null outside one. */
  readonly commit: string | null
}

/** What one load test leaves behind for the reporter: plain JSON, carried in the host's task meta. */
export interface LoadRecord {
  readonly results: readonly LoadResult[]
  readonly verdicts: readonly VerdictRecord[]
  /** Set by a suite: which artifacts these results belong to, and what it concluded. */
  readonly suite?: string
  /** Set by a suite: what this call of it goes by; the test's full name when absent. */
  readonly suiteName?: string
  readonly findings?: unknown
}

/** One run of a suite (or of a user's own load tests), from which every artifact is rendered. */
export interface RunRecord {
  readonly schema: 1
  readonly suite: string
  /**
   * Tells two calls of one suite apart: the name it was given, or else that of its test; of a user's own tests the
   * suite's name.
   */
  readonly name: string
  readonly startedAt: string
  readonly durationMs: Ms
  readonly environment: Environment
  readonly target: string
  readonly results: readonly LoadResult[]
  readonly verdicts: readonly VerdictRecord[]
  readonly findings: unknown
}

/** A file rendered from a run: pure, so it can be made again from the JSON alone. */
export interface Artifact {
  readonly fileName: string
  /** Undefined when this run has nothing for this file. */
  render(run: RunRecord): string | undefined
}
