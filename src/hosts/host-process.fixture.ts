/** Projects in temporary folders in which a test runner runs as a user starts it. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import type { TestContext } from 'vitest'
import type { RunRecord } from '../model/record.ts'

export interface FinishedProcess {
  /** Standard output and standard error, in the order of arrival. */
  readonly output: string
  readonly stdout: string
  readonly exitCode: number | null
}

/** Result of a test in the JSON report of a test runner. */
export interface ReportedTest {
  /** Names of the groups around it, from the outermost. */
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly fullName: string
  /** `passed`, `failed`, or a word of the test runner for a test that did not run. */
  readonly status: string
  readonly failureMessages: readonly string[]
  /** Where the test is declared, if the report has it. */
  readonly location?: { readonly line: number } | null
}

/** A folder with test files, in which a test runner runs in a separate process. */
export interface HostProject {
  /** Runs the test runner with these arguments to its end. */
  run(...args: readonly string[]): Promise<FinishedProcess>
  /** Starts the test runner in a new process group, as a terminal does. */
  start(...args: readonly string[]): { readonly process: ChildProcess; readonly ended: Promise<FinishedProcess> }
  /** Returns the tests of the last run that wrote `results.json`, by full name. */
  tests(): ReadonlyMap<string, ReportedTest>
  /** `load_test_results.json` of the last run. */
  record(): RunRecord
  text(file: string): string
  /** Names of the files in a folder. */
  files(inside: string): readonly string[]
}

type Cleanup = Pick<TestContext, 'onTestFinished'>

/** Writes `files` into a new folder, which is removed after the test. Returns its path. */
export function writeProject({ onTestFinished }: Cleanup, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-host-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** Returns the project in `folder`. `commandOf` returns what Node runs for the arguments of a test. */
export function hostProject(
  { onTestFinished }: Cleanup,
  folder: string,
  commandOf: (args: readonly string[]) => readonly string[],
  variables: Readonly<Record<string, string>>,
): HostProject {
  function start(...args: readonly string[]): ReturnType<HostProject['start']> {
    const child = spawn(execPath, [...commandOf(args)], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate temporary folder, so that the processes share no lock with other processes on this machine.
      env: { ...outerEnvironment(), NO_COLOR: '1', CI: '1', TMPDIR: folder, ...variables },
    })
    let output = ''
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise<FinishedProcess>((resolve) => {
      child.once('close', (exitCode) => resolve({ output, stdout, exitCode }))
    })
    return { process: child, ended }
  }
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8')
  return {
    start,
    run: (...args) => start(...args).ended,
    text,
    files: (inside) => readdirSync(join(folder, inside)),
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

/** Resolves when a process has printed `words`, or has ended. */
export function untilPrinted(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes(words)) resolve()
      })
    }
    child.once('close', () => resolve())
  })
}

/** Returns the environment without the variables that the surrounding Vitest sets for its processes. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const outer = Object.entries(env).filter(
    ([name]) => !/^(VITEST|VITE_|DESCRIBE_LOAD|LOAD_|NODE_V8|NODE_OPTIONS$|TEST$|MODE$|DEV$|PROD$|SSR$)/.test(name),
  )
  return { ...Object.fromEntries(outer), NODE_ENV: 'test' }
}
