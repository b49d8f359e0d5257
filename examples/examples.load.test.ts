import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { describe, expect, test, type TestContext } from 'vitest'
import type { RunRecord } from '../src/model/record.ts'

const repository = join(import.meta.dirname, '..')

/**
 * Copies an example into a new folder in which `describe-load` is the package of this repository with its exports
 * pointing to the sources: self-reference would load `dist/`, which may be absent or older than the sources.
 */
function copyOf(example: string, { onTestFinished }: Pick<TestContext, 'onTestFinished'>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `example-${example}-`)))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  // Without the reports of an earlier run.
  cpSync(join(repository, 'examples', example), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('/reports'),
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const packages = join(folder, 'node_modules')
  for (const name of ['vitest', 'ws', '@modelcontextprotocol/server']) {
    mkdirSync(dirname(join(packages, name)), { recursive: true })
    symlinkSync(join(repository, 'node_modules', name), join(packages, name))
  }
  mkdirSync(join(packages, 'describe-load'))
  symlinkSync(join(repository, 'src'), join(packages, 'describe-load/src'))
  const manifest = readFileSync(join(repository, 'package.json'), 'utf8')
  const sources = manifest.replaceAll(/"\.\/dist\/([\w-]+)\.js"/g, '"./src/$1.ts"')
  writeFileSync(join(packages, 'describe-load/package.json'), sources)
  return folder
}

/** Lets Node load the sources, as it loads an installed package. Otherwise Vitest would transform each of them. */
const EXTERNAL = `
  import { mergeConfig } from 'vitest/config'
  import config from './vitest.config.ts'
  export default mergeConfig(config, { test: { server: { deps: { external: [/\\/src\\//] } } } })`

interface Finished {
  readonly exitCode: number
  readonly output: string
}

function run(folder: string, ...args: readonly string[]): Promise<Finished> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|LOAD_)/.test(name)))
  return new Promise((resolve) => {
    // A separate temporary folder: these processes share no lock with the test run that started them.
    const options = { cwd: folder, env: { ...env, CI: '1', NO_COLOR: '1', TMPDIR: folder } }
    execFile(execPath, args, options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ exitCode, output: stdout + stderr })
    })
  })
}

/** Processes that run in a folder; where the system has no `/proc`, none are found. */
function processesIn(folder: string): readonly string[] {
  const ids = existsSync('/proc/self/cwd') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return ids.filter((id) => {
    try {
      return readlinkSync(`/proc/${id}/cwd`).startsWith(folder)
    } catch {
      return false // It ended meanwhile, or it belongs to another user.
    }
  })
}

// Each of them spends most of its time on the start of Vitest, so they run concurrently.
describe.concurrent('the example', () => {
  test.for([
    { example: 'http-api', successes: { 'orders API > serves reads and writes': 100 } },
    { example: 'mcp-server', successes: { 'answers tool calls': 50 } },
    { example: 'websocket', successes: { 'answers price requests while it pushes news': 100 } },
    // 20 journeys of three steps.
    { example: 'journey', successes: { 'lets users log in and fill a cart': 60 } },
  ])('$example passes, sends what it plans, and leaves no process behind', async ({ example, successes }, context) => {
    const folder = copyOf(example, context)
    writeFileSync(join(folder, 'vitest.test.config.ts'), EXTERNAL)
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
    const { exitCode, output } = await run(folder, vitest, 'run', '--config', 'vitest.test.config.ts')
    const record = JSON.parse(readFileSync(join(folder, 'reports/load_test_results.json'), 'utf8')) as RunRecord
    expect(Object.fromEntries(record.results.map((result) => [result.name, result.successes])), output).toEqual(
      successes,
    )
    // On a machine that other processes keep too busy, verdicts are invalid, which says nothing about the example.
    expect(record.verdicts).not.toEqual([])
    const isJudged = record.verdicts.every(({ verdict }) => verdict !== 'invalid')
    if (isJudged) expect(exitCode, output).toBe(0)
    expect(processesIn(folder)).toEqual([])
  })

  test('plain-script prints its seconds and its result, exits with 0 and leaves no process behind', async (context) => {
    const folder = copyOf('plain-script', context)
    const { exitCode, output } = await run(folder, 'check.ts')
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/^(\d+ answers, \d+ requests in flight\n)+100 requests, 0 errors, 0 dropped\np50 [\d.]+ ms/)
    expect(processesIn(folder)).toEqual([])
  })
})
