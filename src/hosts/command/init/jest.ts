import { posix } from 'node:path'
import { isRecord } from '../../../model/readers.ts'
import { withJestKey, withJestParts } from './config-edits.ts'
import { propertyOf, readConfig, textsOf } from './config-source.ts'
import type { Project } from './project.ts'
import { EXTENSIONS, pathInProject, REPORTS, type Runner, TEST_NAME, testFolder } from './runner.ts'

/** Packages that let Jest read TypeScript. */
const TYPESCRIPT_IN_JEST = ['ts-jest', '@swc/jest', '@babel/preset-typescript', 'esbuild-jest', 'jest-preset-angular']

/** Jest, for `init`. */
export const jest: Runner = {
  title: 'Jest',
  oldest: [30, 0],
  entry: 'describe-load/jest',
  command: String.raw`jest '\.load\.'`,
  configOf(project) {
    const about = 'the preset, or its runner and its reporter'
    const manual = [
      "preset: 'describe-load'",
      "or, beside another preset: runner: 'describe-load/jest-runner', reporters: ['default', 'describe-load/jest-reporter']",
    ]
    const found = jestConfigFile(project)
    if (found?.endsWith('.json') === true) {
      return { file: found, isNew: false, edited: 'unusual', about, manual }
    }
    if (found !== undefined) {
      return { file: found, isNew: false, edited: withJestParts(project.read(found)), about, manual }
    }
    if (isRecord(project.packageJson['jest'])) {
      return { file: 'package.json', isNew: false, edited: withJestKey(project.packageText), about, manual }
    }
    const text = `${project.isModule ? 'export default' : 'module.exports ='} { preset: 'describe-load' }\n`
    return { file: 'jest.config.js', isNew: true, edited: { text }, about, manual }
  },
  reportsOf: (project) => posix.join(jestSettings(project).root, REPORTS),
  testFileOf(project) {
    const settings = jestSettings(project)
    const isTypeScript = TYPESCRIPT_IN_JEST.some((name) => project.versionsOf(name) !== undefined)
    // A project of ES modules must start Jest with a flag of Node; a CommonJS file needs none.
    const extension = isTypeScript ? 'ts' : project.isModule ? 'cjs' : 'js'
    const folder = settings.folder === '' ? testFolder(project) : settings.folder
    const names = [folder, ...settings.testFolders, posix.join(folder, '__tests__')].flatMap((inside) =>
      ['test', 'spec'].map((word) => posix.join(inside, `${TEST_NAME}.load.${word}.${extension}`)),
    )
    const [first = ''] = names
    const found = names.find((name) => settings.matches(name))
    const unclear = settings.computed ?? (found === undefined ? settings.patternsOf : undefined)
    return { file: found ?? first, isCommonJs: !isTypeScript, unclear }
  },
}

function jestConfigFile(project: Project): string | undefined {
  return project.fileOf([...EXTENSIONS, 'json'].map((extension) => `jest.config.${extension}`))
}

/** The settings of Jest that decide where files must be, as far as the configuration shows them. */
interface JestSettings {
  /** `rootDir`, relative to the project. */
  readonly root: string
  /** Folder of its tests; empty if that is the project's. */
  readonly folder: string
  /** Folders that the patterns of its tests name. */
  readonly testFolders: readonly string[]
  /** Name of the setting with the patterns. */
  readonly patternsOf: string
  /** Name of a setting that the configuration computes. */
  readonly computed: string | undefined
  matches(file: string): boolean
}

function jestSettings(project: Project): JestSettings {
  const file = jestConfigFile(project)
  const isJson = file === undefined || file.endsWith('.json')
  const text = file === undefined ? JSON.stringify(project.packageJson['jest'] ?? {}) : project.read(file)
  // JSON is also an expression of JavaScript.
  const object = readConfig(isJson ? `export default ${text}` : text)?.object
  const computed: string[] = []
  const texts = (name: string): readonly string[] => {
    const found = textsOf(object && propertyOf(object, name))
    if (found === undefined) computed.push(name)
    return found ?? []
  }
  const [root = ''] = texts('rootDir').map(pathInProject)
  const inRoot = (path: string): string => path.replace('<rootDir>', root || '.')
  const [first] = texts('roots')
  const globs = texts('testMatch').map((glob) => inRoot(glob).replace(/^(!?)\.\//, '$1'))
  const patterns = texts('testRegex').map((pattern) => new RegExp(pattern))
  const wanted = globs.filter((glob) => !glob.startsWith('!'))
  const unwanted = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  const folder = pathInProject(first === undefined ? root || '.' : inRoot(first))
  return {
    root,
    folder,
    testFolders: wanted.map(namedFolder),
    patternsOf: patterns.length > 0 ? 'testRegex' : 'testMatch',
    computed: computed[0],
    matches(name) {
      if (folder !== '' && !name.startsWith(`${folder}/`)) return false
      // Jest compares them with absolute paths.
      if (patterns.length > 0) return patterns.some((pattern) => pattern.test(`/${name}`))
      const isIn = (glob: string): boolean => posix.matchesGlob(name, glob)
      return globs.length === 0 || (wanted.some(isIn) && !unwanted.some(isIn))
    },
  }
}

/** Returns the folder of a glob without the parts that match several names: `src/__tests__` of `src/**\/__tests__/*.ts`. */
function namedFolder(glob: string): string {
  const folders = glob.split('/').slice(0, -1)
  return pathInProject(folders.filter((name) => !/[*?+@!()[\]{}]/.test(name)).join('/'))
}
