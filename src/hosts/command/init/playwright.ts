import { posix } from 'node:path'
import { withLoadCall } from './config-edits.ts'
import { type ConfigSource, propertyOf, readConfig, textsOf } from './config-source.ts'
import type { Project } from './project.ts'
import { EXTENSIONS, REPORTS, type Runner, TEST_NAME, testFolder } from './runner.ts'

/** Playwright Test, for `init`. */
export const playwright: Runner = {
  title: 'Playwright Test',
  oldest: [1, 52],
  entry: 'describe-load/playwright',
  command: 'playwright test --project load',
  configOf(project) {
    const about = 'withLoad(…), which adds a project for load tests and the reporter'
    const manual = [
      "import { withLoad } from 'describe-load/playwright'",
      'export default withLoad(…), around the exported configuration',
      'describe-load names its project "load": rename a project of that name',
    ]
    const file = configFile(project)
    if (file !== undefined) return { file, isNew: false, edited: withLoadCall(project.read(file)), about, manual }
    const name = `playwright.config.${project.hasTypeScript ? 'ts' : 'js'}`
    return { file: name, isNew: true, edited: { text: CONFIG }, about, manual }
  },
  startsService: (project) => propertyIn(project, 'webServer') !== undefined,
  reportsOf: () => REPORTS,
  testFileOf(project) {
    const folders = textsOf(propertyIn(project, 'testDir'))
    const inside = folders?.[0] === undefined ? testFolder(project) : posix.normalize(folders[0])
    const file = `${TEST_NAME}.load.spec.${project.hasTypeScript ? 'ts' : 'js'}`
    // Playwright compiles imports in a CommonJS package, too.
    const unclear = folders === undefined ? 'testDir' : undefined
    return { file: posix.join(inside, file), isCommonJs: false, unclear }
  },
}

/** The configuration of a project that has none. */
const CONFIG = `import { defineConfig } from '@playwright/test'
import { withLoad } from 'describe-load/playwright'

export default withLoad(defineConfig({}))
`

function configFile(project: Project): string | undefined {
  return project.fileOf(EXTENSIONS.map((extension) => `playwright.config.${extension}`))
}

function propertyIn(project: Project, name: string): ReturnType<typeof propertyOf> {
  const file = configFile(project)
  const source: ConfigSource | undefined = file === undefined ? undefined : readConfig(project.read(file))
  return source && propertyOf(source.object, name)
}
