import { posix } from 'node:path'
import { withPlugin } from './config-edits.ts'
import { propertyOf, readConfig, textsOf } from './config-source.ts'
import type { Project } from './project.ts'
import { EXTENSIONS, pathInProject, REPORTS, type Runner, TEST_NAME, testFolder } from './runner.ts'

/** Vitest, for `init`. */
export const vitest: Runner = {
  title: 'Vitest',
  oldest: [4, 1],
  entry: 'describe-load/vitest',
  command: 'vitest run --project load',
  configOf(project) {
    const found = vitestConfigFile(project)
    const about = 'the plugin load()'
    const manual = ["import { load } from 'describe-load/plugin'", '… plugins: [load()] in the exported configuration']
    if (found !== undefined) {
      return { file: found, isNew: false, edited: withPlugin(project.read(found)), about, manual }
    }
    const extension = (project.isModule ? '' : 'm') + (project.hasTypeScript ? 'ts' : 'js')
    return { file: `vitest.config.${extension}`, isNew: true, edited: { text: VITEST_CONFIG }, about, manual }
  },
  reportsOf: (project) => posix.join(vitestSettings(project).root, REPORTS),
  testFileOf(project) {
    const { folder, computed } = vitestSettings(project)
    const file = `${TEST_NAME}.load.test.${project.hasTypeScript ? 'ts' : 'js'}`
    return { file: posix.join(folder, file), isCommonJs: false, unclear: computed }
  },
}

function vitestConfigFile(project: Project): string | undefined {
  // The order in which Vitest looks for them.
  return project.fileOf(['vitest', 'vite'].flatMap((tool) => EXTENSIONS.map((name) => `${tool}.config.${name}`)))
}

/** The settings of Vitest that decide where files must be, as far as the configuration shows them. */
interface VitestSettings {
  /** Root of the tests, relative to the project. */
  readonly root: string
  readonly folder: string
  /** Name of a setting that the configuration computes. */
  readonly computed: string | undefined
}

function vitestSettings(project: Project): VitestSettings {
  const file = vitestConfigFile(project)
  const object = file === undefined ? undefined : readConfig(project.read(file))?.object
  const test = object && propertyOf(object, 'test')
  const ofTest = test?.type === 'ObjectExpression' ? test : undefined
  const rootSetting = (ofTest && propertyOf(ofTest, 'root')) ?? (object && propertyOf(object, 'root'))
  const roots = textsOf(rootSetting)
  const folders = textsOf(ofTest && propertyOf(ofTest, 'dir'))
  const root = pathInProject(roots?.[0] ?? '')
  const folder = folders?.[0]
  return {
    root,
    folder: folder === undefined ? testFolder(project, root) : pathInProject(posix.join(root, folder)),
    computed: roots === undefined ? 'root' : folders === undefined ? 'dir' : undefined,
  }
}

/** The configuration of a project that has none; the README shows it. */
export const VITEST_CONFIG = `import { load } from 'describe-load/plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({ plugins: [load()] })
`
