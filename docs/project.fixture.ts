import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import type { TestContext } from 'vitest'

export const repository: string = join(import.meta.dirname, '..')

const PACKAGES = ['vitest', 'ws', 'express', '@modelcontextprotocol/server', '@modelcontextprotocol/node']

/**
 * Creates a folder like that of a user, in which `describe-load` is the package of this repository with its exports
 * pointing to the sources: self-reference would load `dist/`, which may be absent or older than the sources.
 */
export function projectFolder({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'describe-load-project-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const packages = join(folder, 'node_modules')
  for (const name of PACKAGES) {
    mkdirSync(dirname(join(packages, name)), { recursive: true })
    symlinkSync(join(repository, 'node_modules', name), join(packages, name))
  }
  mkdirSync(join(packages, 'describe-load'))
  symlinkSync(join(repository, 'src'), join(packages, 'describe-load/src'))
  const manifest = readFileSync(join(repository, 'package.json'), 'utf8')
  const sources = manifest.replaceAll(/"\.\/dist\/([\w-]+)\.js"/g, '"./src/$1.ts"')
  writeFileSync(join(packages, 'describe-load/package.json'), sources)
  writeFileSync(join(folder, 'vitest.config.ts'), CONFIG)
  return folder
}

/**
 * Lets Node load the sources, as it loads an installed package; otherwise Vitest would transform each of them. Verdicts
 * of runs as short as those in tests are inconclusive, so only one that leans to a fail is red.
 */
const CONFIG = `
  import { load } from 'describe-load/plugin'
  import { defineConfig } from 'vitest/config'
  export default defineConfig({
    plugins: [load({ onInconclusive: 'warn' })],
    test: { server: { deps: { external: [/\\/src\\//] } } },
  })`

export interface Finished {
  readonly exitCode: number
  readonly output: string
}

type Variables = Readonly<Record<string, string>>

/** Runs a program of Node in a folder, without the variables that the surrounding Vitest sets. */
export function runNode(folder: string, args: readonly string[], variables: Variables = {}): Promise<Finished> {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|LOAD_)/.test(name)))
  return new Promise((resolve) => {
    // A separate temporary folder: these processes share no lock with the test run that started them.
    const options = { cwd: folder, env: { ...own, CI: '1', NO_COLOR: '1', TMPDIR: folder, ...variables } }
    execFile(execPath, args, options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ exitCode, output: stdout + stderr })
    })
  })
}

/** Runs Vitest in a folder. */
export function runVitest(folder: string, variables?: Variables, ...args: readonly string[]): Promise<Finished> {
  return runNode(
    folder,
    [join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--configLoader', 'native', ...args],
    variables,
  )
}

/** Processes that run in a folder; where the system has no `/proc`, none are found. */
export function processesIn(folder: string): readonly string[] {
  const ids = existsSync('/proc/self/cwd') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return ids.filter((id) => {
    try {
      return readlinkSync(`/proc/${id}/cwd`).startsWith(folder)
    } catch {
      return false // It ended meanwhile, or it belongs to another user.
    }
  })
}
