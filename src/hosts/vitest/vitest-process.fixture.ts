import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import { hostProject, writeProject } from '../host-process.fixture.ts'
import type { HostProject } from '../host-process.fixture.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** A temporary folder with test files, in which Vitest runs in a separate process. */
export type VitestProject = HostProject

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
  context: Pick<TestContext, 'onTestFinished'>,
  version: 4 | 5,
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): VitestProject {
  const all = { 'package.json': '{ "type": "module" }', ...files }
  const written = Object.entries(all).map(([name, text]) => [name, text.replaceAll('SRC', join(repository, 'src'))])
  const folder = writeProject(context, Object.fromEntries(written) as Readonly<Record<string, string>>)
  const host = join(repository, VITEST[version])
  symlinkSync(join(host, '..'), join(folder, 'node_modules'))
  const hooks = join(folder, 'host.mjs')
  writeFileSync(hooks, hostOf(folder))
  // Node loads the configuration, too, which takes a fraction of the time that Vite takes to bundle it.
  const commandOf = (args: readonly string[]): readonly string[] => [
    join(host, 'vitest.mjs'),
    ...args,
    '--configLoader',
    'native',
  ]
  return hostProject(context, folder, commandOf, { NODE_OPTIONS: `--import ${hooks}`, ...variables })
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
