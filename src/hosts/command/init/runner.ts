import type { Edited } from './config-edits.ts'
import { posix } from 'node:path'
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

/** Where a load test belongs. */
export interface TestFile {
  readonly file: string
  /** The runner reads the file as CommonJS. */
  readonly isCommonJs: boolean
  /** Name of the setting because of which the runner may not find the file. */
  readonly unclear?: string | undefined
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
  testFileOf(project: Project): TestFile
}

export const EXTENSIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'] as const

export const TEST_NAME = 'service'
/** Relative to the root of the test runner. */
export const REPORTS = 'reports'

/** Returns the folder of the tests in a folder of the project, or `load`. */
export function testFolder(project: Project, inside = ''): string {
  const folders = ['test', 'tests'].map((name) => posix.join(inside, name))
  return project.fileOf(folders) ?? posix.join(inside, 'load')
}

/** Returns a path in the project; empty for the project itself and for a path outside of it. */
export function pathInProject(path: string): string {
  const normal = posix.normalize(path).replace(/\/$/, '')
  return normal === '.' || normal.startsWith('..') || posix.isAbsolute(normal) ? '' : normal
}
