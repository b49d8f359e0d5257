import type { Edited } from './config-edits.ts'
import type { Project } from './project.ts'

/** A configuration file, and how it becomes one for load tests. */
export interface ConfigStep {
  readonly file: string
  /** The file does not exist yet. */
  readonly isNew: boolean
  readonly edited: Edited
  /** What was added, in words. */
  readonly about: string
  /** Lines for its author if the file is unusual. */
  readonly manual: readonly string[]
}

/** What `init` needs to know about a test runner. */
export interface Runner {
  readonly title: string
  /** Oldest supported version: major and minor number. */
  readonly oldest: readonly [major: number, minor: number]
  /** Module that load tests import. */
  readonly entry: string
  /** Command that runs the load tests only. */
  readonly command: string
  configOf(project: Project): ConfigStep
  /** Whether the configuration starts the service, so that no other step must. Default: no. */
  startsService?(project: Project): boolean
  /** Folder to which the reporter writes. */
  reportsOf(project: Project): string
  /** Path of the load test, and whether the runner reads it as CommonJS. */
  testFileOf(project: Project): { readonly file: string; readonly isCommonJs: boolean }
}

export const EXTENSIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'] as const

export const TEST_NAME = 'service'
/** Relative to the root of the test runner. */
export const REPORTS = 'reports'

/** Returns the folder of the project's tests, or `load`. */
export function testFolder(project: Project): string {
  return project.fileOf(['test', 'tests']) ?? 'load'
}
