import { describe, expect, test } from 'vitest'
import { load } from './plugin.ts'
import { CONFIG, vitestProject } from './vitest-process.fixture.ts'
import type { VitestProject } from './vitest-process.fixture.ts'

/** A test file that records when it runs. */
const FILE = `
  import { appendFileSync } from 'node:fs'
  import { expect, inject, test } from 'vitest'
  test('runs', async () => {
    appendFileSync('order.txt', import.meta.filename.split('/').at(-1) + ' starts\\n')
    await new Promise((resolve) => setTimeout(resolve, 200))
    appendFileSync('order.txt', import.meta.filename.split('/').at(-1) + ' ends\\n')
  })`

const FILES = {
  'vitest.config.ts': CONFIG,
  'a.load.test.ts': FILE,
  'b.load.spec.ts': FILE,
  'unit.test.ts': FILE,
  'other.test.ts': FILE,
}

function orderIn(project: VitestProject): readonly string[] {
  return project.text('order.txt').trim().split('\n')
}

describe.concurrent.each([5, 4] as const)('with the plugin, Vitest %i', (version) => {
  test('a name on the command line selects load files like any other file', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, FILES)
    await project.run('run', 'a.load')
    expect(orderIn(project)).toEqual(['a.load.test.ts starts', 'a.load.test.ts ends'])
  })

  test('watch mode runs load files only if they are named', { timeout: 60_000 }, async (context) => {
    const all = vitestProject(context, version, FILES)
    await watchOnce(all)
    expect(orderIn(all).join()).not.toContain('load')
    const named = vitestProject(context, version, FILES)
    await watchOnce(named, 'b.load')
    expect(orderIn(named)).toEqual(['b.load.spec.ts starts', 'b.load.spec.ts ends'])
  })

  test('the value of an option is not a file name', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, FILES)
    await watchOnce(project, '--config', 'vitest.config.ts', '-t', 'runs', '--reporter', 'default')
    expect(orderIn(project)).toHaveLength(4)
    expect(orderIn(project).join()).not.toContain('load')
  })

  test('watch mode runs the load project if it is selected', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, FILES)
    await watchOnce(project, '--project', 'load')
    expect(orderIn(project)).toHaveLength(4)
    expect(orderIn(project).every((line) => line.includes('.load.'))).toBe(true)
  })
})

/** A test file that records that it was loaded. */
const RECORDED = `
  import { appendFileSync } from 'node:fs'
  import { test } from 'vitest'
  appendFileSync('order.txt', import.meta.filename + '\\n')
  test('runs', () => {})`

test.concurrent.for([
  [5, 'run', '--typecheck.only'],
  [4, 'run', '--typecheck.only'],
  [5, 'bench', '--run'],
  [4, 'bench', '--run'],
] as const)('Vitest %i loads no tests with %s %s', { timeout: 60_000 }, async ([version, ...args], context) => {
  const files = { 'vitest.config.ts': CONFIG, 'a.load.test.ts': RECORDED, 'unit.test.ts': RECORDED }
  const project = vitestProject(context, version, files)
  const { output, exitCode } = await project.run(...args, '--passWithNoTests')
  context.expect(exitCode, output).toBe(0)
  context.expect(project.files('.'), output).not.toContain('order.txt')
})

/** A browser that Vitest can prepare, and that does not start. */
const BROWSER = `{
  enabled: true,
  provider: {
    name: 'none',
    options: {},
    serverFactory: async () => ({
      plugins: [], config: () => ({}), configureServer() {}, transformIndexHtml() {},
      createParent: () => ({}), setupRpc() {}, resolveOptimizeDeps: () => ({}),
    }),
    providerFactory() { throw new Error('a browser was started') },
  },
  instances: [{ browser: 'chromium', name: 'chrome' }],
}`

test.concurrent.for([5, 4] as const)(
  'a load test runs in Node if the configuration has a browser, Vitest %i',
  { timeout: 60_000 },
  async (version, context) => {
    const project = vitestProject(context, version, {
      ...FILES,
      'vitest.config.ts': CONFIG.replace('test: {', `test: { browser: ${BROWSER},`),
    })
    const { output, exitCode } = await project.run('run', '--project', 'load')
    context.expect(exitCode, output).toBe(0)
    context.expect(orderIn(project)).toHaveLength(4)
  },
)

test('the load project has no browser either if the command line turns it on', () => {
  const { config } = load()
  const provide = { 'describe-load': { isLoadProject: true } }
  const ofLoad = { test: { name: 'load', provide, browser: { enabled: true } } }
  Reflect.apply(config as () => void, undefined, [ofLoad])
  expect(ofLoad.test).toEqual({ name: 'load', provide })
})

/** A plugin whose plan names its configuration. */
const PLUGIN = (seed: number): string => `
  import { load } from 'SRC/plugin.ts'
  const plugins = [load({ plan: { seed: ${seed} } })]`

/** A test file that records when it runs, and the seed of its plan. */
const SEEDED = (name: string): string => `
  import { appendFileSync } from 'node:fs'
  import { test } from 'vitest'
  import { planDefaults } from 'SRC/hosts/vitest/settings.ts'
  const { seed } = planDefaults()
  test('runs', async () => {
    appendFileSync(process.env.TMPDIR + '/order.txt', '${name} ' + seed + '\\n')
    await new Promise((resolve) => setTimeout(resolve, 100))
    appendFileSync(process.env.TMPDIR + '/order.txt', '${name} ends\\n')
  })`

const PACKAGES: Readonly<Record<string, string>> = Object.fromEntries(
  ['a', 'b', 'c', 'd'].flatMap((name) => [
    [`packages/${name}/package.json`, `{ "name": "${name}", "type": "module" }`],
    [`packages/${name}/${name}.test.ts`, SEEDED(`${name}.unit`)],
    [`packages/${name}/${name}.load.test.ts`, SEEDED(`${name}.load`)],
  ]),
)

/** The plugin at the root, with packages from a glob (one has the plugin itself) and inline projects. */
const ROOT_PLUGIN = {
  ...PACKAGES,
  'vitest.config.ts': `${PLUGIN(1)}
    export default { plugins, test: { projects: [
      'packages/{a,b}',
      { extends: true, test: { name: 'c', include: ['packages/c/**/*.test.ts'] } },
      { extends: false, test: { name: 'd', root: 'packages/d' } },
    ] } }`,
  'packages/b/vitest.config.ts': `${PLUGIN(2)}
    export default { plugins }`,
}

/** Only the configurations of two packages have the plugin. */
const PACKAGE_PLUGINS = {
  ...PACKAGES,
  'vitest.config.ts': `export default { test: { projects: ['packages/{a,b,c}'] } }`,
  'packages/a/vitest.config.ts': `${PLUGIN(1)}
    export default { plugins }`,
  'packages/b/vitest.config.ts': `${PLUGIN(2)}
    export default { plugins }`,
}

/** Checks that files ran one at a time, and returns them with their seeds, sorted. */
function oneByOne(order: readonly string[]): readonly string[] {
  const starts = order.filter((line) => !line.endsWith(' ends'))
  expect(order).toEqual(starts.flatMap((line) => [line, `${line.split(' ')[0]} ends`]))
  return starts.toSorted()
}

describe.concurrent.each([5, 4] as const)('in a monorepo, Vitest %i', (version) => {
  test('a plugin at the root runs the load files of all packages once', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, ROOT_PLUGIN)
    // Flags of the command line apply to all other projects.
    const flags = ['--pool=threads', '--no-isolate', '--maxWorkers=4', '--sequence.concurrent']
    const { output, exitCode } = await project.run('run', ...flags)
    expect(exitCode, output).toBe(0)
    const order = orderIn(project)
    expect(order.slice(0, 8).filter((line) => line.includes('load'))).toEqual([])
    expect(oneByOne(order.slice(8))).toEqual(['a.load 1', 'b.load 2', 'c.load 1', 'd.load 1'])
  })

  test('--project selects and excludes load files', { timeout: 60_000 }, async (context) => {
    const loads = vitestProject(context, version, ROOT_PLUGIN)
    const others = vitestProject(context, version, ROOT_PLUGIN)
    await Promise.all([
      loads.run('run', '--project', 'load'),
      others.run('run', '--project', '!load', '--project', '!c'),
    ])
    expect(oneByOne(orderIn(loads))).toEqual(['a.load 1', 'b.load 2', 'c.load 1', 'd.load 1'])
    const ran = orderIn(others).filter((line) => !line.endsWith(' ends'))
    expect(ran.toSorted()).toEqual(['a.unit 1', 'b.unit 2', 'd.unit 1'])
  })

  test('plugins in packages only run their own load files once', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, PACKAGE_PLUGINS)
    const { output, exitCode } = await project.run('run')
    expect(exitCode, output).toBe(0)
    const order = orderIn(project)
    // Package c has no plugin, so Vitest runs its load file like any other.
    expect(order.slice(0, 8).filter((line) => /^[ab].load/.test(line))).toEqual([])
    expect(oneByOne(order.slice(8))).toEqual(['a.load 1', 'b.load 2'])
  })
})

test(
  'rejects a plugin in an inline project, which could not run its load files',
  { timeout: 60_000 },
  async (context) => {
    const project = vitestProject(context, 5, {
      ...PACKAGES,
      'vitest.config.ts': `${PLUGIN(1)}
      export default { test: { projects: [{ plugins, test: { name: 'a', root: 'packages/a' } }] } }`,
    })
    const { output, exitCode } = await project.run('run')
    expect(exitCode).toBe(1)
    expect(output).toMatch(
      /ERR_LOAD_LAYOUT\]: the inline project "a" in .*vitest.config.ts has the plugin load\(\).*\n.*→ in .*vitest.config.ts, move load\(\) to the plugins beside `test`/,
    )
  },
)

test.each(['load', { label: 'load', color: 'red' }])('rejects a second project named %j', async (name) => {
  const { config } = load()
  const projects = [{ test: { name } }]
  expect(() =>
    Reflect.apply(config as () => void, undefined, [{ configFile: '/shop/vite.config.ts', test: { projects } }]),
  ).toThrow(
    expect.objectContaining({
      code: 'ERR_LOAD_LAYOUT',
      message: expect.stringMatching(
        /^\/shop\/vite.config.ts declares a project "load".*\n    → rename your project/,
      ) as string,
    }),
  )
})

/** Runs Vitest in watch mode until the first run has finished. */
async function watchOnce(project: VitestProject, ...names: readonly string[]): Promise<void> {
  const { process, ended } = project.start('watch', ...names)
  await new Promise<void>((resolve) => {
    let output = ''
    process.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Waiting for file changes')) resolve()
    })
    process.once('close', () => resolve())
  })
  process.kill('SIGKILL')
  await ended
}

test('rejects every plan default that cannot be passed to another process', () => {
  const target = (): string => 'http://127.0.0.1:3000'
  expect(() => load({ plan: { target, rate: 5, request: { path: '/', check: () => true } } })).toThrow(
    'the plan has 2 issues\n  - target must be plain data in the plugin',
  )
})

test('rejects an artifact with an unknown name, and suggests the one that was meant', () => {
  const artifacts = ['open-metrics'] as unknown as NonNullable<Parameters<typeof load>[0]>['artifacts'] & object
  expect(() => load({ artifacts })).toThrow(
    expect.objectContaining({
      code: 'ERR_LOAD_PLAN',
      message: expect.stringMatching(
        /^artifacts\[0\] must be .*, got 'open-metrics'\n    → did you mean 'openmetrics'\?$/,
      ) as string,
    }),
  )
})
