/** Projects in temporary folders in which Jest runs as a user starts it. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import type { RunRecord } from '../../model/record.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const sources = join(repository, 'src')

interface FinishedProcess {
  readonly output: string
  readonly exitCode: number | null
}

interface ReportedTest {
  readonly title: string
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
  readonly location: { readonly line: number } | null
}

interface JestProject {
  start(...args: readonly string[]): { readonly process: ChildProcess; readonly ended: Promise<FinishedProcess> }
  run(...args: readonly string[]): Promise<FinishedProcess>
  text(file: string): string
  /** The tests by name, from the report that `JSON_REPORT` asks for. */
  tests(): ReadonlyMap<string, ReportedTest>
  record(): RunRecord
}

/** Arguments that write the report which `tests()` reads. */
export const JSON_REPORT = ['--json', '--outputFile=results.json', '--testLocationInResults'] as const

/** Like `jest-preset.js`, with the sources. */
const PRESET = {
  runner: join(sources, 'jest-runner.ts'),
  reporters: ['default', join(sources, 'jest-reporter.ts')],
}

/** Writes `files` into a new folder, with the sources as the package `describe-load`. */
export function jestProject(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): JestProject {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-jest-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
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
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  symlinkSync(join(repository, 'node_modules/@jest'), join(folder, 'node_modules/@jest'))
  function start(...args: readonly string[]): ReturnType<JestProject['start']> {
    const child = spawn(execPath, [join(repository, 'node_modules/jest/bin/jest.js'), ...args], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate temporary folder, so that the processes share no lock with other processes on this machine.
      env: { ...outerEnvironment(), NO_COLOR: '1', CI: '1', TMPDIR: folder, ...variables },
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise<FinishedProcess>((resolve) => {
      child.once('close', (exitCode) => resolve({ output, exitCode }))
    })
    return { process: child, ended }
  }
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8')
  return {
    start,
    run: (...args) => start(...args).ended,
    text,
    tests() {
      const report = JSON.parse(text('results.json')) as {
        testResults: readonly { assertionResults: readonly ReportedTest[] }[]
      }
      const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
      return new Map(tests.map((test) => [test.fullName, test]))
    },
    record: () => JSON.parse(text('reports/load_test_results.json')) as RunRecord,
  }
}

/** Returns the environment without the variables that the surrounding Vitest sets for its processes. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const outer = Object.entries(env).filter(
    ([name]) => !/^(VITEST|VITE_|DESCRIBE_LOAD|LOAD_|NODE_V8|NODE_OPTIONS$|TEST$|MODE$|DEV$|PROD$|SSR$)/.test(name),
  )
  return { ...Object.fromEntries(outer), NODE_ENV: 'test' }
}
