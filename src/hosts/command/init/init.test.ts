import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse as parseScript } from 'acorn'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { applyInit, planInit, readService } from './init.ts'
import { type ManagerName, readProject, type RunnerName } from './project.ts'
import { loadWorkflow } from './workflow.ts'

type Files = Readonly<Record<string, string>>

function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-init-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** Runs `init` in a folder; returns what it did with each file, and a reader of the files. */
function init(
  folder: string,
  runner: RunnerName = 'vitest',
  service = readService('http://127.0.0.1:3000', undefined),
) {
  const project = readProject(folder)
  const plan = planInit(project, runner, service)
  applyInit(project, plan)
  return {
    did: plan.steps.map((step) => `${step.do} ${step.file}`),
    next: plan.next,
    text: (file: string): string => readFileSync(join(folder, file), 'utf8'),
  }
}

const VITEST = JSON.stringify({ name: 'shop', type: 'module', devDependencies: { vitest: '^5.0.0' } })

describe('init', () => {
  test('writes a configuration, a load test and a workflow, and keeps all three the next time', () => {
    const folder = folderWith({ 'package.json': VITEST, 'tsconfig.json': '{}' })
    const files = ['vitest.config.ts', 'load/service.load.test.ts', '.github/workflows/load.yml']
    const first = init(folder)
    expect(first.did).toEqual(files.map((file) => `write ${file}`))
    expect(first.next).toEqual([
      'npm install --save-dev describe-load',
      'start the service at http://127.0.0.1:3000',
      'npx vitest run --project load',
    ])
    const texts = files.map(first.text)
    const second = init(folder)
    expect(second.did).toEqual(files.map((file) => `keep ${file}`))
    expect(files.map(second.text)).toEqual(texts)
  })

  test.each([
    [
      'a package without TypeScript',
      { devDependencies: { vitest: '5' } },
      'vitest',
      'vitest.config.mjs',
      'load/service.load.test.js',
    ],
    [
      'a CommonJS package in TypeScript',
      { devDependencies: { vitest: '5', typescript: '7' } },
      'vitest',
      'vitest.config.mts',
      'load/service.load.test.ts',
    ],
    ['Jest', { devDependencies: { jest: '^30.0.0' } }, 'jest', 'jest.config.js', 'load/service.load.test.js'],
    [
      'Jest with ES modules',
      { type: 'module', devDependencies: { jest: '^30.0.0' } },
      'jest',
      'jest.config.js',
      'load/service.load.test.cjs',
    ],
    [
      'Playwright',
      { devDependencies: { '@playwright/test': '^1.65.0' } },
      'playwright',
      'playwright.config.js',
      'load/service.load.spec.js',
    ],
    [
      'Jest in package.json, with its folder and its names',
      { devDependencies: { jest: '^30.0.0', 'ts-jest': '29' }, jest: { rootDir: 'src', testRegex: '.*\\.spec\\.ts$' } },
      'jest',
      'package.json',
      'src/service.load.spec.ts',
    ],
  ] as const)('chooses the files for %s', (_, manifest, runner, config, file) => {
    const folder = folderWith({ 'package.json': `${JSON.stringify(manifest, null, 2)}\n` })
    const { did, text } = init(folder, runner)
    expect(did).toEqual([
      `${config === 'package.json' ? 'edit' : 'write'} ${config}`,
      `write ${file}`,
      'write .github/workflows/load.yml',
    ])
    const written = text(file)
    if (file.endsWith('js')) {
      const isModule = runner !== 'jest'
      parseScript(written, { ecmaVersion: 'latest', sourceType: isModule ? 'module' : 'script' })
    }
    expect(written).toContain(`'describe-load/${runner}'`)
    const reports = file.startsWith('src/') ? 'src/reports' : 'reports'
    expect(text('.github/workflows/load.yml')).toContain(`path: ${reports}\n`)
  })

  test('edits the configuration that Vitest reads', () => {
    const folder = folderWith({
      'package.json': VITEST,
      'vite.config.ts': 'export default { plugins: [] }\n',
      'tsconfig.json': '{}',
      'test/a.test.ts': '',
    })
    const { did, text } = init(folder)
    expect(did.slice(0, 2)).toEqual(['edit vite.config.ts', 'write test/service.load.test.ts'])
    expect(text('vite.config.ts')).toBe(
      "import { load } from 'describe-load/plugin'\n\nexport default { plugins: [load()] }\n",
    )
  })

  test('adds load tests to the folder and the server of a Playwright project', () => {
    const manifest = { devDependencies: { '@playwright/test': '^1.40.0', typescript: '7' } }
    const config = `export default { testDir: './e2e', webServer: { command: 'npm start' } }\n`
    const folder = folderWith({ 'package.json': JSON.stringify(manifest), 'playwright.config.ts': config })
    const { did, next, text } = init(folder, 'playwright')
    expect(did.slice(0, 2)).toEqual(['edit playwright.config.ts', 'write e2e/service.load.spec.ts'])
    expect(text('e2e/service.load.spec.ts')).toContain(`from 'describe-load/playwright'`)
    // The configuration starts the server.
    expect(next).toEqual([
      'npm install --save-dev describe-load @playwright/test@1',
      'npx playwright test --project load',
    ])
    const workflow = text('.github/workflows/load.yml')
    expect(workflow).toContain('- run: npx playwright test --project load\n')
    expect(workflow).not.toContain('Start the service here')
    expect(init(folder, 'playwright').did.map((step) => step.split(' ')[0])).toEqual(['keep', 'keep', 'keep'])
  })

  test('leaves an unusual configuration to its author', () => {
    const config = 'export default configOf(import.meta.url)\n'
    const folder = folderWith({ 'package.json': VITEST, 'vitest.config.js': config })
    const { did, text } = init(folder)
    expect(did[0]).toBe('ask vitest.config.js')
    expect(text('vitest.config.js')).toBe(config)
  })

  const JEST = JSON.stringify({ devDependencies: { jest: '^30.0.0' } })
  const TS_JEST = JSON.stringify({ devDependencies: { jest: '^30.0.0', 'ts-jest': '29' } })

  test.each([
    ['vitest', VITEST, 'vite.config.js', `{ root: 'client' }`, 'client/load/service.load.test.js'],
    ['vitest', VITEST, 'vite.config.js', `{ root: __dirname, test: { dir: './specs' } }`, 'specs/service.load.test.js'],
    [
      'vitest',
      VITEST,
      'vitest.config.js',
      `{ root: '..', test: { root: 'client', dir: 'e2e' } }`,
      'client/e2e/service.load.test.js',
    ],
    ['jest', TS_JEST, 'jest.config.js', `{ testMatch: ['<rootDir>/src/**/*.spec.ts'] }`, 'src/service.load.spec.ts'],
    ['jest', JEST, 'jest.config.js', `{ testMatch: ['**/__tests__/**/*.js'] }`, '__tests__/service.load.test.js'],
    [
      'jest',
      JEST,
      'jest.config.js',
      `{ rootDir: 'app', testMatch: ['<rootDir>/test/**/*.js', '!**/*.test.js'] }`,
      'app/test/service.load.spec.js',
    ],
    ['jest', JEST, 'jest.config.js', `{ testRegex: '/__tests__/.*\\\\.js$' }`, 'load/__tests__/service.load.test.js'],
    ['jest', JEST, 'jest.config.json', `{ "roots": ["<rootDir>/src"] }`, 'src/service.load.test.js'],
  ] as const)('writes the load test where %s finds it: %s %s %s', (runner, manifest, config, object, file) => {
    const text = config.endsWith('.json') ? object : `export default ${object}\n`
    const { did } = init(folderWith({ 'package.json': manifest, [config]: text }), runner)
    expect(did[1]).toBe(`write ${file}`)
  })

  test.each([
    ['vitest', VITEST, 'vitest.config.js', `{ root: rootOf() }`, 'root'],
    ['vitest', VITEST, 'vitest.config.js', `{ test: { dir: new URL('.', base) } }`, 'dir'],
    ['jest', JEST, 'jest.config.js', `{ testMatch: patterns }`, 'testMatch'],
    ['jest', JEST, 'jest.config.js', `{ testMatch: ['**/*.unit.js'] }`, 'testMatch'],
    ['jest', JEST, 'jest.config.js', `{ testRegex: 'unit\\\\.js$' }`, 'testRegex'],
    ['jest', JEST, 'jest.config.js', `{ roots: ['<rootDir>/a'], testMatch: ['<rootDir>/b/*.js'] }`, 'testMatch'],
    [
      'playwright',
      JSON.stringify({ devDependencies: { '@playwright/test': '1.65.0' } }),
      'playwright.config.js',
      `{ testDir: join(base, 'e2e') }`,
      'testDir',
    ],
  ] as const)('asks for the load test if %s may not find it: %s %s %s', (runner, manifest, config, object, setting) => {
    const folder = folderWith({ 'package.json': manifest, [config]: `export default ${object}\n` })
    const project = readProject(folder)
    const step = planInit(project, runner, readService('http://127.0.0.1:3000', undefined)).steps[1]
    expect(step).toMatchObject({
      do: 'ask',
      about: expect.stringContaining(`because of ${setting} in its configuration`) as string,
      lines: expect.arrayContaining([expect.stringContaining('GET /')]) as string[],
    })
  })

  test.each(['bun.lock', 'bun.lockb'])('installs with Bun beside a %s', (lock) => {
    const folder = folderWith({ 'package.json': VITEST, [lock]: '' })
    const { next, text } = init(folder)
    expect(next).toEqual([
      'bun add --dev describe-load',
      'start the service at http://127.0.0.1:3000',
      'bunx vitest run --project load',
    ])
    expect(text('.github/workflows/load.yml')).not.toContain('cache:')
  })

  test('installs a supported version of the runner', () => {
    const nextOf = (devDependencies: object, runner: RunnerName): string | undefined =>
      init(folderWith({ 'package.json': JSON.stringify({ devDependencies }) }), runner).next[0]
    expect(nextOf({ jest: '^29.7.0' }, 'jest')).toBe('npm install --save-dev describe-load jest@30')
    expect(nextOf({ vitest: '~3.2.0' }, 'vitest')).toBe('npm install --save-dev describe-load vitest@4')
    expect(nextOf({ vitest: '^4.1.2' }, 'vitest')).toBe('npm install --save-dev describe-load')
    expect(nextOf({ vitest: 'catalog:' }, 'vitest')).toBe('npm install --save-dev describe-load')
  })

  test('starts the service of a command, which the workflow builds first', () => {
    const manifest = { scripts: { start: 'node .', build: 'tsc' }, devDependencies: { vitest: '5' } }
    const folder = folderWith({ 'package.json': JSON.stringify(manifest), 'package-lock.json': '{}' })
    const { text, next } = init(folder, 'vitest', readService(undefined, `npm start -- --name 'my shop'`))
    expect(text('load/service.load.test.js')).toContain(
      `  command: ['npm', 'start', '--', '--name', 'my shop'],\n  url: 'http://127.0.0.1:{port}',\n`,
    )
    expect(text('.github/workflows/load.yml')).toContain('- run: npm ci\n      - run: npm run build\n')
    expect(next).not.toContain('start the service at http://127.0.0.1:{port}')
  })

  test('allows the host of a service on another machine', () => {
    const folder = folderWith({ 'package.json': VITEST })
    const { text } = init(folder, 'vitest', readService('https://staging.example.com/health?full', undefined))
    const written = text('load/service.load.test.js')
    expect(written).toContain(`const target = 'https://staging.example.com'`)
    expect(written).toContain(`{ target, allowHosts: ['staging.example.com'] }`)
    expect(written).toContain(`path: '/health?full'`)
  })

  test('writes no workflow below the root of a repository', () => {
    const folder = folderWith({ '.git/HEAD': '', 'packages/shop/package.json': VITEST, 'pnpm-lock.yaml': '' })
    const { did, next } = init(join(folder, 'packages/shop'))
    expect(did[2]).toBe('ask ../../.github/workflows/load.yml')
    expect(next[0]).toBe('pnpm add --dev describe-load')
    expect(existsSync(join(folder, 'packages/shop/.github'))).toBe(false)
  })

  test.each([
    ['ws://127.0.0.1:3000', undefined, 'init writes a test for HTTP, got ws://'],
    ['http://127.0.0.1:{port}', undefined, '{port} is a free port for a command'],
    ['http://user:pass@127.0.0.1', undefined, 'the URL must not contain a user name or a password'],
    ['//', undefined, '// is not a URL'],
    [undefined, 'PORT=1 npm start', 'which PORT=1 needs'],
    [undefined, 'npm run build && npm start', 'which && needs'],
    [undefined, ' ', 'the command is empty'],
  ])('rejects the URL %s and the command %s', (url, command, message) => {
    expect(() => readService(url, command)).toThrow(message)
  })

  test('needs a package.json', () => {
    expect(() => readProject(folderWith({}))).toThrow('package.json cannot be read')
    expect(() => readProject(folderWith({ 'package.json': '[]' }))).toThrow('is not a JSON object')
  })
})

describe('the workflow', () => {
  test.each([
    ['npm', ['npm ci', 'npx vitest run --project load']],
    ['pnpm', ['pnpm install --frozen-lockfile', 'pnpm exec vitest run --project load']],
    ['yarn', ['corepack enable', 'yarn install --immutable', 'yarn vitest run --project load']],
    ['yarn-classic', ['yarn install --frozen-lockfile', 'yarn vitest run --project load']],
    ['bun', ['bun install --frozen-lockfile', 'bunx vitest run --project load']],
  ] as const)('installs and runs with %s', (manager: ManagerName, commands) => {
    const workflow = loadWorkflow({
      manager,
      hasLock: true,
      namesManager: false,
      command: 'vitest run --project load',
      reports: 'reports',
      needs: 'http://127.0.0.1:3000',
    })
    const { jobs } = parse(workflow) as { jobs: { load: { steps: { run?: string; uses?: string; with?: unknown }[] } } }
    expect(jobs.load.steps.flatMap(({ run }) => run ?? [])).toEqual(commands)
    const pnpm = jobs.load.steps.find(({ uses }) => uses?.startsWith('pnpm/'))
    expect(pnpm?.with).toEqual(manager === 'pnpm' ? { version: 10 } : undefined)
  })
})
