import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import type { RunRecord } from '../../model/record.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** Result of a test in Vitest's JSON report. */
export interface ReportedTest {
  readonly title: string
  readonly fullName: string
  readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo'
  readonly failureMessages: readonly string[]
}

export interface FinishedProcess {
  /** What the process wrote to stdout and to stderr. */
  readonly output: string
  readonly stdout: string
  readonly exitCode: number | null
}

/** A temporary folder with test files, in which Vitest runs in a separate process. */
export interface VitestProject {
  /** Runs `vitest <args>` to its end. */
  run(...args: readonly string[]): Promise<FinishedProcess>
  /** Starts `vitest <args>` in a new process group, as a terminal does. */
  start(...args: readonly string[]): { readonly process: ChildProcess; readonly ended: Promise<FinishedProcess> }
  /** Returns the tests of the last run that wrote `--reporter=json`, by full name. */
  tests(): ReadonlyMap<string, ReportedTest>
  /** `load_test_results.json` of the last run. */
  record(): RunRecord
  text(file: string): string
  /** Names of the files in a folder. */
  files(inside: string): readonly string[]
}

const VITEST: Readonly<Record<4 | 5, string>> = {
  4: 'fixtures/vitest-4/node_modules/vitest',
  5: 'node_modules/vitest',
}

/**
 * Gives the sources, which Node loads without Vitest, the Vitest of the project in `folder`, as for an installed package.
 */
const hostOf = (folder: string): string => `
  import { registerHooks } from 'node:module'
  import { pathToFileURL } from 'node:url'
  const parentURL = pathToFileURL(${JSON.stringify(join(folder, 'vitest.config.ts'))}).href
  const sources = pathToFileURL(${JSON.stringify(join(repository, 'src'))}).href
  registerHooks({
    resolve(name, context, next) {
      const isHost = /^vitest(?:$|\\/)/.test(name) && context.parentURL?.startsWith(sources)
      return next(name, isHost ? { ...context, parentURL } : context)
    },
  })`

/** Writes `files` into a new folder; `SRC` in them is replaced by this repository's sources. */
export function vitestProject(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  version: 4 | 5,
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): VitestProject {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-host-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const host = join(repository, VITEST[version])
  symlinkSync(join(host, '..'), join(folder, 'node_modules'))
  const hooks = join(folder, 'host.mjs')
  writeFileSync(hooks, hostOf(folder))
  const all = { 'package.json': '{ "type": "module" }', ...files }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text.replaceAll('SRC', join(repository, 'src')))
  }
  function start(...args: readonly string[]): ReturnType<VitestProject['start']> {
    // Node loads the configuration, too, which takes a fraction of the time that Vite takes to bundle it.
    const child = spawn(execPath, [join(host, 'vitest.mjs'), ...args, '--configLoader', 'native'], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate temporary folder, so that the processes share no lock with other processes on this machine.
      env: {
        ...outerEnvironment(),
        NO_COLOR: '1',
        CI: '1',
        TMPDIR: folder,
        NODE_OPTIONS: `--import ${hooks}`,
        ...variables,
      },
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

/** A setting with which Node loads the sources, as it loads an installed package: Vitest would transform each of them. */
export const SOURCES_BY_NODE: string = String.raw`server: { deps: { external: [/\/src\//] } }`

/** A configuration with the plugin, and with retries, which must not apply to load tests. */
export const CONFIG: string = `
  import { load } from 'SRC/plugin.ts'
  export default {
    plugins: [load({ plan: { requestTimeout: 2_000 } })],
    test: { include: ['**/*.test.ts'], retry: 2, ${SOURCES_BY_NODE} },
  }`

/** Arguments that write the report which `tests()` reads. */
export const JSON_REPORT = ['--reporter=default', '--reporter=json', '--outputFile.json=results.json'] as const

/** Returns the environment without the variables that the surrounding Vitest sets for its processes. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const outer = Object.entries(env).filter(
    ([name]) => !/^(VITEST|VITE_|DESCRIBE_LOAD|LOAD_|NODE_V8|TEST$|MODE$|DEV$|PROD$|SSR$)/.test(name),
  )
  return { ...Object.fromEntries(outer), NODE_ENV: 'test' }
}
