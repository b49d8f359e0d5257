import { argv } from 'node:process'
import type { PlaywrightTestConfig, ReporterDescription } from '@playwright/test'
import type { CustomPlan, LoadPlan } from '../../plan/load-plan.ts'
import { printNotice } from '../print-notice.ts'
import { dividingOption, isWholeRun } from './whole-run.ts'
import type { PlaywrightReporterOptions } from './reporter.ts'

type Pattern = string | RegExp

export interface WithLoadOptions extends PlaywrightReporterOptions {
  /** Plan keys for all load files; those of `describeLoad`, `loadTest` and `load` take precedence. */
  readonly plan?: LoadPlan | CustomPlan
  /**
   * Files with load tests, as in `testMatch` of Playwright. Default: names like `checkout.load.spec.ts`. No other
   * project runs them.
   */
  readonly include?: Pattern | readonly Pattern[]
  /** Names of projects that always run before the load tests, such as one that logs in. */
  readonly dependencies?: readonly string[]
}

/** Name of the project that runs the load files: `npx playwright test --project load`. */
const LOAD_PROJECT = 'load'

const LOAD_FILES = '**/*.load.@(spec|test).?(c|m)[jt]s?(x)'

/**
 * Returns the configuration with a project `load` for the load files and with describe-load's reporter. The project runs
 * one test at a time and never retries. If `playwright test` runs all tests, it starts after all other projects, and
 * Playwright skips it if one of their tests fails; if a file or a project is named, or in a shard, it starts at once.
 * Throws a `TypeError` if the configuration has a project of that name.
 */
export function withLoad<Config extends PlaywrightTestConfig>(config: Config, options: WithLoadOptions = {}): Config {
  const { plan, include = LOAD_FILES, dependencies = [], ...reporterOptions } = options
  // The name of the project that Playwright adds if there are none. It is part of the paths of snapshots.
  const given = config.projects ?? [{ name: config.name ?? '' }]
  if (given.some(({ name }) => name === LOAD_PROJECT)) {
    throw new TypeError(
      `withLoad() adds the project "${LOAD_PROJECT}", and the configuration has one of that name: rename or remove it`,
    )
  }
  const loadFiles = listOf(include)
  const others = given.map((project) => ({
    ...project,
    testIgnore: [...listOf(project.testIgnore ?? config.testIgnore ?? []), ...loadFiles],
  }))
  const load = {
    name: LOAD_PROJECT,
    testMatch: loadFiles,
    retries: 0,
    workers: 1,
    fullyParallel: false,
    dependencies: [...new Set([...dependencies, ...(isAfterOthers(config) ? namesOf(given) : [])])],
    ...(plan !== undefined && { use: { loadPlan: plan } }),
  }
  const reporter: readonly ReporterDescription[] = [
    ...reportersOf(config),
    ['describe-load/playwright-reporter', reporterOptions],
  ]
  return { ...config, projects: [...others, load], reporter }
}

/** Returns whether the load files run after all other projects. Says why not if all projects run. */
function isAfterOthers(config: PlaywrightTestConfig): boolean {
  if (!isWholeRun(argv)) return false
  const divided = dividingOption(argv, config)
  if (divided !== undefined) printNotice(formatNotAfterOthers(divided))
  return divided === undefined
}

function formatNotAfterOthers(divided: string): string {
  return `with ${divided}, load tests run at the same time as others: leave them out with --grep-invert '\\.load\\.', and run them in a separate job with --project load`
}

/** Returns the names of the projects on which another one can depend: Playwright refuses those that clean up. */
function namesOf(projects: NonNullable<PlaywrightTestConfig['projects']>): readonly string[] {
  const teardowns = new Set(projects.map(({ teardown }) => teardown))
  return projects.flatMap(({ name }) => (name === undefined || teardowns.has(name) ? [] : [name]))
}

/** Playwright's default, which a list of reporters replaces. */
function reportersOf({ reporter }: PlaywrightTestConfig): readonly ReporterDescription[] {
  if (reporter === undefined) return [[process.env['CI'] ? 'dot' : 'list']]
  return typeof reporter === 'string' ? [[reporter]] : reporter
}

function listOf(patterns: Pattern | readonly Pattern[]): Pattern[] {
  return typeof patterns === 'string' || patterns instanceof RegExp ? [patterns] : [...patterns]
}
