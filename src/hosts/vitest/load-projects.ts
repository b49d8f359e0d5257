import { posix } from 'node:path'
import type { TestProject, Vitest } from 'vitest/node'
import { LoadError } from '../../model/errors.ts'
import { formatInlinePlugin } from '../../wording/load-test.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { showsImages } from './report-console.ts'
import { selects } from './project-filter.ts'
import { relativeGlob } from './relative-glob.ts'
import type { HostSettings } from './settings.ts'
import { valueAt } from './value-at.ts'

/** Name of the plugin, by which its copies in several configurations find each other. */
export const LOAD_PLUGIN = 'describe-load'

/** Name of the project that runs the load files: `vitest run --project load`. */
export const LOAD_PROJECT = 'load'

/** Vitest runs groups of projects in this order, one after the other; the default group is 0. */
const AFTER_ALL_OTHERS = 1_000

/** The plugin in one configuration. */
export interface PluginPlace {
  /** Folder of the configuration, written with slashes. */
  readonly root: string
  /** Globs of the load files, relative to `root`. */
  readonly include: readonly string[]
  /** Plan keys for the load files in `root`. */
  readonly plan: WrittenPlan
}

/** What the plugin of the root configuration passes to its copies in the other configurations. */
export interface RootPlugin {
  /** The `--project` filter of the user, before the plugin widened it. */
  filter: readonly string[]
  /** The plugin has printed that watch mode leaves the load files out. */
  isAbsenceReported?: boolean
}

/** Provided to a load project by its configuration, so that it is recognised whatever its name is. */
const LOAD_PROJECT_MARK: HostSettings = { isLoadProject: true, plans: [], isListing: false, showsImages: false }

/**
 * Configuration of a load project. Its globs are set by `arrangeProjects`. `browser` is the key of this name that it
 * inherits: Vitest would prepare a browser for it, and instances of the same names as those of the other project.
 */
export function loadProject(name: string, browser?: object): object {
  return {
    name,
    provide: { 'describe-load': LOAD_PROJECT_MARK },
    ...(browser !== undefined && { browser: { enabled: false } }),
  }
}

function isLoadProject({ config }: Pick<TestProject, 'config'>): boolean {
  return config.provide['describe-load']?.isLoadProject === true
}

/**
 * The places of the plugin, by folder. Vitest can load a copy of this module for each configuration, so the copies share
 * it. A place is added even if Vitest's filter then removes the project of its configuration.
 */
const places: Map<string, PluginPlace> = shared('describe-load.places', () => new Map<string, PluginPlace>())

export function addPlace(place: PluginPlace): void {
  places.set(place.root, place)
}

/**
 * Adds a project for the load files of a package whose configuration has the plugin, if the root configuration has not.
 * Vitest 4 ignores `projects` in the configuration of a package, and Vitest 5 ignores it in an inline project. Throws
 * `LoadError` (`ERR_LOAD_LAYOUT`) if the project has no configuration file to extend.
 */
export async function addMissingProject(
  vitest: Vitest,
  project: TestProject,
  inject: (projects: { readonly extends: string; readonly root: string; readonly test: object }[]) => Promise<unknown>,
): Promise<void> {
  const { root } = project.config
  const has = (other: TestProject): boolean => isLoadProject(other) && other.config.root === root
  if (rootPlugin(vitest) !== undefined || isLoadProject(project) || vitest.projects.some(has)) return
  const { configFile } = project.vite.config
  if (configFile === undefined || configFile === vitest.vite.config.configFile) throw noConfigFile(vitest, project)
  // A project of the same configuration that the filter removed also adds the load project.
  const name = `${project.name.replace(/ \(unit\)$/, '')} (${LOAD_PROJECT})`
  if (selects(filterOf(vitest), name)) await inject([{ extends: configFile, root, test: loadProject(name) }])
}

/**
 * Makes every load file run in one load project, which runs its files one at a time after all other projects, and in no
 * other project. If the root configuration has the plugin, its load project runs the load files of all packages;
 * otherwise each package with the plugin has a load project. Call it again when a project was added.
 */
export function arrangeProjects(
  vitest: Vitest,
  options: { readonly isAbsent: boolean; readonly isListing: boolean },
): void {
  const { root } = vitest.config
  const hasRoot = rootPlugin(vitest) !== undefined
  const here = placesIn(vitest)
  const settings = {
    plans: here.map(({ root: folder, plan }) => ({ folder, plan })),
    isListing: options.isListing,
    showsImages: showsImages(vitest),
  }
  const lastGroup = Math.max(
    0,
    ...vitest.projects.map((project) => (isLoadProject(project) ? 0 : project.config.sequence.groupOrder)),
  )
  const loadGroup = Math.max(AFTER_ALL_OTHERS, lastGroup + 2)
  const filter = filterOf(vitest)
  if (!vitest.projects.some(({ name }) => selects(filter, name))) {
    throw new LoadError('ERR_LOAD_LAYOUT', `no project matches --project ${filter.join(' --project ')}`)
  }
  for (const project of vitest.projects) {
    const own = here.filter((place) => place.root === project.config.root)
    if (isLoadProject(project)) {
      const served = hasRoot ? (project.config.root === root ? here : []) : own
      runLoadFiles(project, served, loadGroup)
      if (options.isAbsent) project.config.include = []
    } else {
      leaveOut(project, here)
      if (project.config.sequence.groupOrder === 0 && project.config.maxWorkers === 1) {
        // Vitest moves projects of group 0 that run one file at a time (all of them on two cores) behind all groups.
        project.config.sequence.groupOrder = loadGroup - 1
      }
    }
    if (!selects(filter, project.name)) runNothing(project)
    if (hasRoot || own.length > 0) {
      project.provide('describe-load', { ...settings, isLoadProject: isLoadProject(project) })
    }
  }
}

/** The plugin of the root configuration also counts for projects outside its folder. */
function placesIn(vitest: Vitest): readonly PluginPlace[] {
  const { root } = vitest.config
  const isInside = (folder: string): boolean => folder === root || folder.startsWith(`${root}/`)
  const roots = vitest.projects.map(({ config }) => config.root)
  const known = [...places.values()].filter((place) => isInside(place.root) || roots.includes(place.root))
  const ofRoot = rootPlugin(vitest) === undefined ? undefined : places.get(root)
  if (ofRoot === undefined) return known
  const outside = new Set(roots.filter((folder) => !isInside(folder) && !places.has(folder)))
  const { include, plan } = ofRoot
  return [...known, ...[...outside].map((folder) => ({ root: folder, include, plan }))]
}

/** Overrides flags of the command line, which Vitest applies to every project: `--pool`, `--no-isolate`, `--retry`. */
function runLoadFiles(project: TestProject, served: readonly PluginPlace[], group: number): void {
  const { config, vitest } = project
  // `vitest bench` of Vitest 4 would collect them.
  if (checksOnlyTypes(vitest.config) || valueAt(vitest, 'mode') === 'benchmark') return runNothing(project)
  const folder = config.dir ?? config.root
  config.include = served.flatMap(({ root, include }) =>
    // Like Vitest's `include`, the globs of the project's own configuration are relative to `dir`.
    root === config.root ? include : include.map((glob) => posix.join(posix.relative(folder, root), glob)),
  )
  config.pool = 'forks'
  config.isolate = true
  config.maxWorkers = 1
  config.retry = 0
  config.sequence = { ...config.sequence, concurrent: false, groupOrder: group }
  // The other project of the same configuration has these.
  config.includeSource = []
  config.typecheck = { ...config.typecheck, enabled: false }
  if (config.benchmark !== undefined) config.benchmark = { ...config.benchmark, include: [] }
  leaveGlobalSetupToRoot(vitest, config)
  // Vitest 5 copies each project for its benchmarks.
  if (config.name.endsWith(' (bench)')) config.include = []
}

/** Sets the globs here, because Vitest would add those of the project's configuration to the inherited ones. */
function leaveOut({ config }: TestProject, others: readonly PluginPlace[]): void {
  const folder = config.dir ?? config.root
  for (const { root, include } of others) {
    for (const glob of include) {
      const excluded = relativeGlob(glob, root, folder)
      if (excluded !== undefined && !config.exclude.includes(excluded)) config.exclude = [...config.exclude, excluded]
    }
  }
}

/** Returns whether only tests of types run: `--typecheck.only`. */
function checksOnlyTypes({ typecheck }: Pick<TestProject['config'], 'typecheck'>): boolean {
  return typecheck.enabled && typecheck.only === true
}

/** Vitest does not pass these flags of the command line to projects. */
export function checkTypesLikeRoot(vitest: Pick<Vitest, 'config'>, config: TestProject['config']): void {
  config.typecheck = { ...vitest.config.typecheck }
}

function runNothing({ config }: TestProject): void {
  config.include = []
  config.includeSource = []
  config.typecheck = { ...config.typecheck, enabled: false }
  if (config.benchmark !== undefined) config.benchmark = { ...config.benchmark, include: [] }
}

/** In Vitest 4, a project inherits the root's `globalSetup`, which the root itself runs as well. */
export function leaveGlobalSetupToRoot(vitest: Pick<Vitest, 'config'>, config: TestProject['config']): void {
  const ofRoot = new Set([vitest.config.globalSetup].flat())
  config.globalSetup = [config.globalSetup].flat().filter((file) => !ofRoot.has(file))
}

/** Returns the plugin of the root configuration, if it has one. */
function rootPlugin(vitest: Vitest): RootPlugin | undefined {
  const plugin = vitest.vite.config.plugins.find(({ name }) => name === LOAD_PLUGIN)
  return plugin?.api as RootPlugin | undefined
}

/** Returns the filter of the user. */
function filterOf(vitest: Vitest): readonly string[] {
  return rootPlugin(vitest)?.filter ?? [vitest.config.project ?? []].flat()
}

function noConfigFile(vitest: Vitest, project: TestProject): LoadError {
  const file = vitest.vite.config.configFile ?? 'vitest.config.ts'
  return new LoadError('ERR_LOAD_LAYOUT', formatInlinePlugin(file, project.name))
}

function shared<Value>(name: string, create: () => Value): Value {
  const key = Symbol.for(name)
  const known = Reflect.get(globalThis, key) as Value | undefined
  if (known !== undefined) return known
  const created = create()
  Reflect.set(globalThis, key, created)
  return created
}
