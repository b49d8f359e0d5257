import { argv } from 'node:process'
import type { Plugin } from 'vitest/config'
import type { TestProject, Vitest } from 'vitest/node'
import { LoadPlanError } from '../../model/errors.ts'
import type { PlanIssue } from '../../model/errors.ts'
import type { OnInconclusive } from '../../model/plan.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { Ratio } from '../../model/units.ts'
import { LOAD_REPORTER, LoadReporter } from './reporter.ts'
import type { LoadReporterOptions } from './reporter.ts'

/** Default pattern of files with load tests. */
const LOAD_FILES = '**/*.load.{test,spec}.?(c|m)[jt]s?(x)'

/** Name of the project that runs the load files: `vitest run --project load`. */
const LOAD_PROJECT = 'load'

/** Vitest runs groups of projects in this order, one after the other; the default group is 0. */
const AFTER_ALL_OTHERS = 1_000
const BEFORE_LOAD = AFTER_ALL_OTHERS - 1

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
 * become artifacts. Throws `LoadPlanError` if a plan default cannot be passed to a test process.
 */
export function load(options: LoadPluginOptions = {}): Plugin {
  const include = options.include === undefined ? [LOAD_FILES] : [options.include].flat()
  const plan = planOf(options)
  return {
    name: 'describe-load',
    config(config) {
      config.test ??= {}
      // Every project has this plugin, too, and calls this hook with its own configuration.
      if (config.test.name === LOAD_PROJECT) return
      config.test.projects ??= [{ extends: true, test: { name: 'unit' } }]
      config.test.projects.push({
        extends: true,
        test: {
          name: LOAD_PROJECT,
          include,
          pool: 'forks',
          isolate: true,
          fileParallelism: false,
          retry: 0,
          sequence: { concurrent: false, groupOrder: AFTER_ALL_OTHERS },
        },
      })
    },
    async configureVitest({ vitest, project }) {
      join(vitest, options)
      place(project, include, vitest.config.watch && !(await asksForLoad(argv)))
      project.provide('describe-load', { plan, isListing: argv[2] === 'list' })
    },
  }
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

/** Sets the globs here, because Vitest would add those of the project's configuration to the inherited ones. */
function place({ config, name }: TestProject, include: string[], absent: boolean): void {
  if (name === LOAD_PROJECT) {
    config.include = absent ? [] : include
    return
  }
  config.exclude = [...config.exclude, ...include]
  // Vitest moves projects of group 0 that run one file at a time (all of them on two cores) behind all groups.
  if (config.sequence.groupOrder === 0 && config.maxWorkers === 1) config.sequence.groupOrder = BEFORE_LOAD
}

/**
 * Returns whether the command line names files (`vitest watch suites/limits`), which Vitest then looks up in all
 * projects, or the load project.
 */
async function asksForLoad(commandLine: readonly string[]): Promise<boolean> {
  // Imported only in watch mode, where Vitest has already loaded it.
  const { parseCLI } = await import('vitest/node')
  const { filter, options } = parseCLI(['vitest', ...commandLine.slice(2)], { allowUnknownOptions: true })
  return filter.length > 0 || [options.project ?? []].flat().includes(LOAD_PROJECT)
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
