import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestContext } from 'vitest'
import { hostProject, writeProject } from '../host-process.fixture.ts'
import type { HostProject, ReportedTest } from '../host-process.fixture.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** Result of a test in Playwright's JSON report. */
interface ReportedSpec {
  readonly title: string
  readonly ok: boolean
  readonly line: number
  readonly tests: readonly {
    readonly projectName: string
    /** Whether Playwright skipped the test, or the results are as expected. */
    readonly status: 'skipped' | 'expected' | 'unexpected' | 'flaky'
    readonly expectedStatus: string
    readonly annotations: readonly { readonly type: string; readonly description?: string }[]
    readonly results: readonly {
      readonly status: string
      readonly errors: readonly { readonly message: string; readonly location?: { readonly line: number } }[]
      readonly attachments: readonly { readonly name: string; readonly contentType: string; readonly body?: string }[]
    }[]
  }[]
}

interface ReportedSuite {
  readonly title: string
  readonly specs: readonly ReportedSpec[]
  readonly suites?: readonly ReportedSuite[]
}

export interface PlaywrightProject extends HostProject {
  /** Returns the tests of the last run with the reporter `json`, by their full names. */
  specs(): ReadonlyMap<string, ReportedSpec>
}

/** A configuration with the project and the reporter of describe-load, and a report that `specs()` reads. */
const CONFIG = `
import { defineConfig } from '@playwright/test'
import { withLoad } from 'describe-load/playwright'
export default withLoad(defineConfig({
  reporter: [['list'], ['json', { outputFile: 'results.json' }]],
  retries: 1,
  workers: 2,
}))`

/** A folder `node_modules` with describe-load, its dependencies and Playwright. */
export interface InstalledPackages extends AsyncDisposable {
  readonly folder: string
}

/**
 * Builds describe-load into a new `node_modules`: Playwright compiles files outside of such a folder, which would take
 * half a minute for the sources.
 */
export async function installPackages(): Promise<InstalledPackages> {
  const temporary = mkdtempSync(join(tmpdir(), 'describe-load-playwright-'))
  const folder = join(temporary, 'node_modules')
  const installed = join(folder, 'describe-load')
  mkdirSync(installed, { recursive: true })
  const manifest = join(repository, 'package.json')
  copyFileSync(manifest, join(installed, 'package.json'))
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly dependencies: object }
  for (const name of [
    ...Object.keys(dependencies),
    '@opentelemetry/api',
    '@playwright/test',
    'playwright',
    'playwright-core',
  ]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    symlinkSync(join(repository, 'node_modules', name), join(folder, name))
  }
  const tsdown = join(repository, 'node_modules/tsdown/dist/run.mjs')
  const words = [tsdown, '--out-dir', join(installed, 'dist'), '--no-dts', '--no-sourcemap', '--logLevel', 'error']
  await promisify(execFile)(execPath, words, { cwd: repository })
  return {
    folder,
    [Symbol.asyncDispose]: async () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/** Writes `files` into a new folder, in which `packages` are installed. */
export function playwrightProject(
  context: Pick<TestContext, 'onTestFinished'>,
  packages: InstalledPackages,
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): PlaywrightProject {
  const folder = writeProject(context, { 'package.json': '{}', 'playwright.config.ts': CONFIG, ...files })
  symlinkSync(packages.folder, join(folder, 'node_modules'))
  const playwright = join(repository, 'node_modules/@playwright/test/cli.js')
  const project = hostProject(context, folder, (args) => [playwright, 'test', ...args], variables)
  const specs = (): ReadonlyMap<string, ReportedSpec> => {
    const { suites } = JSON.parse(project.text('results.json')) as { readonly suites: readonly ReportedSuite[] }
    const specsIn = (suite: ReportedSuite, names: readonly string[]): (readonly [string, ReportedSpec])[] => [
      ...suite.specs.map((spec) => [[...names, spec.title].join(' > '), spec] as const),
      ...(suite.suites ?? []).flatMap((inner) => specsIn(inner, [...names, inner.title])),
    ]
    return new Map(suites.flatMap((file) => specsIn(file, [])))
  }
  return { ...project, specs, tests: () => new Map([...specs()].map(asReported)) }
}

/** Returns a test as the reports of the other hosts show it. */
function asReported([name, { title, line, tests }]: readonly [string, ReportedSpec]): readonly [string, ReportedTest] {
  const [test] = tests
  // A retry, if there is one.
  const last = test?.results.at(-1)
  const names = name.split(' > ')
  const reported = {
    ancestorTitles: names.slice(0, -1),
    title,
    fullName: names.join(' '),
    status: { expected: 'passed', unexpected: 'failed', flaky: 'failed', skipped: 'skipped' }[
      test?.status ?? 'skipped'
    ],
    failureMessages:
      test?.expectedStatus === 'failed' && last?.status === 'passed'
        ? // Playwright's reporters print it, and the report has no error.
          ['Expected to fail, but passed.']
        : (last?.errors.map(({ message }) => message) ?? []),
    location: { line },
  }
  return [reported.fullName, reported]
}
