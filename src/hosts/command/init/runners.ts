import { posix } from 'node:path'
import { isRecord } from '../../../model/readers.ts'
import { withJestKey, withJestParts, withPlugin } from './config-edits.ts'
import { literalOf, propertyOf, readConfig } from './config-source.ts'
import { playwright } from './playwright.ts'
import { type Project, RUNNER_PACKAGES, type RunnerName } from './project.ts'
import { EXTENSIONS, REPORTS, type Runner, TEST_NAME, testFolder } from './runner.ts'

const vitest: Runner = {
  title: 'Vitest',
  oldest: [4, 1],
  entry: 'describe-load/vitest',
  command: 'vitest run --project load',
  configOf(project) {
    // The order in which Vitest looks for them.
    const names = ['vitest', 'vite'].flatMap((tool) => EXTENSIONS.map((extension) => `${tool}.config.${extension}`))
    const found = project.fileOf(names)
    const about = 'the plugin load()'
    const manual = ["import { load } from 'describe-load/plugin'", '… plugins: [load()] in the exported configuration']
    if (found !== undefined) {
      return { file: found, isNew: false, edited: withPlugin(project.read(found)), about, manual }
    }
    const extension = (project.isModule ? '' : 'm') + (project.hasTypeScript ? 'ts' : 'js')
    return { file: `vitest.config.${extension}`, isNew: true, edited: { text: VITEST_CONFIG }, about, manual }
  },
  reportsOf: () => REPORTS,
  testFileOf(project) {
    const file = `${TEST_NAME}.load.test.${project.hasTypeScript ? 'ts' : 'js'}`
    return { file: posix.join(testFolder(project), file), isCommonJs: false }
  },
}

/** The configuration of a project that has none; the README shows it. */
export const VITEST_CONFIG = `import { load } from 'describe-load/plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({ plugins: [load()] })
`

/** Packages that let Jest read TypeScript. */
const TYPESCRIPT_IN_JEST = ['ts-jest', '@swc/jest', '@babel/preset-typescript', 'esbuild-jest', 'jest-preset-angular']

const jest: Runner = {
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
    const names = ['test', 'spec'].map((word) => posix.join(folder, `${TEST_NAME}.load.${word}.${extension}`))
    const [first = ''] = names
    return { file: names.find((name) => settings.matches(name)) ?? first, isCommonJs: !isTypeScript }
  },
}

export const RUNNERS: Readonly<Record<RunnerName, Runner>> = { vitest, jest, playwright }

/** Returns the command that installs a supported version of the runner; undefined if the project has one. */
export function missingRunner(project: Project, name: RunnerName): string | undefined {
  const { oldest } = RUNNERS[name]
  const packageName = RUNNER_PACKAGES[name]
  const versions = project.versionsOf(packageName)
  if (versions === undefined) return packageName
  const [, major, minor = '0'] = /^\D*(\d+)(?:\.(\d+))?/.exec(versions) ?? []
  // Another notation, such as `workspace:*` or `latest`, does not say which version it is.
  if (major === undefined) return undefined
  const isOld = Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1])
  // A range without a minor number takes the newest one.
  return isOld && !(/^\D*\d+(?:\.x)?$/.test(versions) && Number(major) === oldest[0])
    ? `${packageName}@${oldest[0]}`
    : undefined
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
  matches(file: string): boolean
}

function jestSettings(project: Project): JestSettings {
  const file = jestConfigFile(project)
  const source = file === undefined || file.endsWith('.json') ? undefined : readConfig(project.read(file))
  const key = project.packageJson['jest']
  const setting = (name: string): unknown => {
    if (source !== undefined) return literalOf(propertyOf(source.object, name))
    return file === undefined && isRecord(key) ? key[name] : undefined
  }
  const texts = (name: string): readonly string[] =>
    [setting(name)].flat().filter((each): each is string => typeof each === 'string')
  const inside = (path: string): string => {
    const normal = posix.normalize(path)
    return normal === '.' || normal.startsWith('..') || posix.isAbsolute(normal) ? '' : normal
  }
  const [root = ''] = texts('rootDir').map(inside)
  const [first] = texts('roots')
  const patterns = texts('testRegex')
  return {
    root,
    folder: inside(first === undefined ? root || '.' : first.replace('<rootDir>', root || '.')),
    matches: (name) => patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern).test(name)),
  }
}
