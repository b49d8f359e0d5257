import { resolve, sep } from 'node:path'
import { argv } from 'node:process'
import type { Plugin } from 'vitest/config'
import type { Vitest } from 'vitest/node'
import { LoadError, LoadPlanError } from '../../model/errors.ts'
import type { PlanIssue } from '../../model/errors.ts'
import type { OnInconclusive } from '../../model/plan.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { Ratio } from '../../model/units.ts'
import { readArtifacts } from '../../report/exports/index.ts'
import { isOnce } from '../../run/once.ts'
import { LOAD_FILES_NOT_WATCHED } from '../../wording/load-test.ts'
import {
  addMissingProject,
  addPlace,
  arrangeProjects,
  checkTypesLikeRoot,
  LOAD_PLUGIN,
  LOAD_PROJECT,
  loadProject,
  leaveGlobalSetupToRoot,
} from './load-projects.ts'
import type { RootPlugin } from './load-projects.ts'
import { selects, widened } from './project-filter.ts'
import { LOAD_REPORTER, LoadReporter } from './reporter.ts'
import type { LoadReporterOptions } from './reporter.ts'
import { valueAt } from './value-at.ts'

/** Default pattern of files with load tests. */
const LOAD_FILES = '**/*.load.{test,spec}.?(c|m)[jt]s?(x)'

/** Name of the project that runs all other files, if the configuration declares no projects. */
const UNIT_PROJECT = 'unit'

export interface LoadPluginOptions extends LoadReporterOptions {
  /**
   * Plan keys for every load test; plain data, because other processes receive them. `describeLoad` and `loadTest` take
   * precedence.
   */
  readonly plan?: LoadPlan
  /** Globs of the files with load tests. Default: files named like `checkout.load.test.ts`. */
  readonly include?: string | readonly string[]
  /** Confidence of every verdict: the plan's key of this name. */
  readonly confidence?: Ratio
  /** What an inconclusive verdict does: `'lean'` (default), `'fail'` or `'warn'`; the plan's key of this name. */
  readonly onInconclusive?: OnInconclusive
}

/**
 * Sets up load tests with one line in `vitest.config.ts`: load files become a separate project, which runs one file
 * at a time after all other projects, never retries, and is excluded from watch mode unless it is named; their results
 * become artifacts. Throws `LoadPlanError` if a plan default cannot be passed to a test process, or if `artifacts` has an
 * unknown name.
 */
export function load(options: LoadPluginOptions = {}): Plugin {
  const include = options.include === undefined ? [LOAD_FILES] : [options.include].flat()
  const plan = planOf(options)
  readArtifacts(options.artifacts ?? [])
  const root: RootPlugin = { filter: [] }
  return {
    name: LOAD_PLUGIN,
    api: root,
    config(config) {
      // Every project that extends the configuration has this plugin, too, and calls this hook.
      if (config.test?.provide?.['describe-load']?.isLoadProject === true) {
        // A load runs in Node. `enabled: false` would not be enough, because `--browser` overrides it.
        delete config.test.browser
        return
      }
      const folder = resolve(config.test?.root ?? config.root ?? '')
      addPlace({ root: folder.replaceAll(sep, '/'), include, plan })
      const projects = config.test?.projects ?? [{ extends: true, test: { name: UNIT_PROJECT } }]
      refuseSecondLoadProject(projects, valueAt(config, 'configFile'))
      // Not a spread, whose type Vitest 4 does not accept for its own configuration.
      const test = Object.assign({}, config.test, {
        projects: [...projects, { extends: true as const, test: loadProject(LOAD_PROJECT, config.test?.browser) }],
      })
      // Vitest 5 has applied the command line here.
      if (isFilter(test, 'project')) widen(test, root)
      config.test = test
    },
    configResolved(config) {
      // Vitest 4 keeps its options here until it creates its server.
      const vitestOptions: unknown = Reflect.get(config, '_vitest')
      if (isFilter(vitestOptions, 'project')) widen(vitestOptions, root)
    },
    async configureVitest({ vitest, project, injectTestProjects }) {
      join(vitest, options)
      await addMissingProject(vitest, project, injectTestProjects)
      if (project.name === UNIT_PROJECT) {
        leaveGlobalSetupToRoot(vitest, project.config)
        checkTypesLikeRoot(vitest, project.config)
      }
      const isAbsent = vitest.config.watch && !isOnce() && !(await asksForLoad(argv))
      if (isAbsent && root.isAbsenceReported !== true) {
        root.isAbsenceReported = true
        vitest.logger.log(LOAD_FILES_NOT_WATCHED)
      }
      arrangeProjects(vitest, { isAbsent, isListing: argv[2] === 'list' })
    },
  }
}

/** Vitest's own error does not say that the plugin adds a project. Only names of inline projects are known here. */
function refuseSecondLoadProject(projects: readonly unknown[], configFile: unknown): void {
  for (const project of projects) {
    const name = valueAt(project, 'test', 'name')
    if (name === LOAD_PROJECT || valueAt(name, 'label') === LOAD_PROJECT) {
      throw new LoadError(
        'ERR_LOAD_LAYOUT',
        `${typeof configFile === 'string' ? configFile : 'the configuration of Vitest'} declares a project "${LOAD_PROJECT}", which is the name of the project that load() adds\n    → rename your project, or remove it if it only runs load files: load({ include: [...] }) selects them`,
      )
    }
  }
}

/** Vitest calls `configureVitest` only for selected projects, but load files must not run in the other projects either. */
function widen(options: { project: string | string[] }, root: RootPlugin): void {
  root.filter = [options.project].flat()
  options.project = [...widened(root.filter, LOAD_PROJECT)]
}

function isFilter(options: unknown, key: 'project'): options is { project: string | string[] } {
  const filter = valueAt(options, key)
  return typeof filter === 'string' || (Array.isArray(filter) && filter.length > 0)
}

/**
 * Adds the reporter once, even if several projects have the plugin. Vitest evaluates the configuration for each
 * project, so the class differs each time and only its name is the same.
 */
function join({ config: { reporters } }: Vitest, options: LoadReporterOptions): void {
  if (reporters.some(isLoadReporter)) return
  reporters.push(new LoadReporter(options))
}

/** Recognises a reporter that the configuration adds, by its module name or as an object. */
function isLoadReporter(reporter: unknown): boolean {
  const [named]: readonly unknown[] = Array.isArray(reporter) ? reporter : [reporter]
  if (typeof named !== 'object' || named === null) return named === 'describe-load/reporter'
  return Reflect.get(named, 'name') === LOAD_REPORTER
}

/**
 * Returns whether the command line names files (`vitest watch suites/limits`), which Vitest then looks up in all
 * projects, or the load project.
 */
async function asksForLoad(commandLine: readonly string[]): Promise<boolean> {
  // Imported only in watch mode, where Vitest has already loaded it.
  const { parseCLI } = await import('vitest/node')
  const { filter, options } = parseCLI(['vitest', ...commandLine.slice(2)], { allowUnknownOptions: true })
  const projects = [options.project ?? []].flat()
  return filter.length > 0 || (projects.length > 0 && selects(projects, LOAD_PROJECT))
}

function planOf({ plan, confidence, onInconclusive }: LoadPluginOptions): LoadPlan {
  const whole: LoadPlan = {
    ...plan,
    ...(plan?.target instanceof URL ? { target: plan.target.href } : {}),
    ...(confidence === undefined ? {} : { confidence }),
    ...(onInconclusive === undefined ? {} : { onInconclusive }),
  }
  const issues = Object.entries(whole).flatMap(([key, value]): PlanIssue[] =>
    holdsFunction(value)
      ? [{ key, value, rule: 'must be plain data in the plugin', remedy: 'put it into describeLoad instead' }]
      : [],
  )
  if (issues.length > 0) throw new LoadPlanError(issues)
  return whole
}

function holdsFunction(value: unknown): boolean {
  if (typeof value === 'function') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsFunction)
}
