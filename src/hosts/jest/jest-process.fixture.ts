import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import { hostProject, writeProject } from '../host-process.fixture.ts'
import type { HostProject } from '../host-process.fixture.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const sources = join(repository, 'src')

/** Arguments that write the report which `tests()` reads. */
export const JSON_REPORT = ['--json', '--outputFile=results.json', '--testLocationInResults'] as const

/** Like `jest-preset.js`, with the sources. */
const PRESET = {
  runner: join(sources, 'jest-runner.ts'),
  reporters: ['default', join(sources, 'jest-reporter.ts')],
}

/** Writes `files` into a new folder, with the sources as the package `describe-load`. */
export function jestProject(
  context: Pick<TestContext, 'onTestFinished'>,
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): HostProject {
  const entry = readFileSync(join(sources, 'jest.cjs'), 'utf8')
  const all = {
    'package.json': '{}',
    'jest.config.js': "module.exports = { preset: 'describe-load' }",
    'node_modules/describe-load/jest-preset.json': JSON.stringify(PRESET),
    'node_modules/describe-load/package.json':
      '{ "exports": { "./jest": "./jest.cjs", "./jest-preset": "./jest-preset.json" } }',
    'node_modules/describe-load/jest.cjs': entry
      .replace('./jest-test-file.js', join(sources, 'hosts/jest/test-file.ts'))
      .replace('./jest.js', join(sources, 'jest.ts')),
    ...files,
  }
  const folder = writeProject(context, all)
  symlinkSync(join(repository, 'node_modules/@jest'), join(folder, 'node_modules/@jest'))
  const jest = join(repository, 'node_modules/jest/bin/jest.js')
  return hostProject(context, folder, (args) => [jest, ...args], variables)
}
