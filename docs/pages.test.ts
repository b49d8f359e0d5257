import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readArguments } from '../src/hosts/command/arguments.ts'
import { FLAG_NAMES } from '../src/hosts/command/flags.ts'
import { VITEST_CONFIG } from '../src/hosts/command/init/vitest.ts'
import { unknownVariables } from '../src/hosts/environment/variables.ts'
import { freePort } from '../src/model/free-port.ts'
import type { RunRecord } from '../src/model/record.ts'
import { blocksOf } from './blocks.fixture.ts'
import type { Block } from './blocks.fixture.ts'
import { projectFolder, repository, runNode, runVitest } from './project.fixture.ts'
import type { Finished } from './project.fixture.ts'
import { unknownVitestOptions } from './vitest-options.fixture.ts'

const PAGES = [
  'README.md',
  'llms.txt',
  'docs/reference.md',
  'docs/scripts.md',
  'docs/suites.md',
  'docs/verdicts.md',
] as const

function read(file: string): string {
  return readFileSync(join(repository, file), 'utf8')
}

const blocks = PAGES.flatMap((page) => blocksOf(page, read(page)))
const languages = new Set(['ts', 'js', 'csv', 'sh', 'yaml', 'gitignore', ''])

/** Blocks of TypeScript that are no file of their own: load tests that a page shows without their imports. */
const excerpts = blocks.filter(({ language, file }) => language === 'ts' && file === undefined)
const firstTest = fileIn('README.md', 'checkout.load.test.ts')
/** Another page declares suites in a file of the same name. */
const files = new Map(blocks.flatMap(({ file, text, page }) => (file === undefined ? [] : [[`${page} ${file}`, text]])))

function fileIn(page: string, name: string): string {
  return blocks.find((block) => block.page === page && block.file === name)?.text ?? ''
}

const IMPORTED = 'constant, describeLoad, expect, limitsSuite, loadTest, mix, rampUp, sequence'
const HEAD = `import { ${IMPORTED} } from 'describe-load/vitest'
import type { LoadPlan } from 'describe-load/vitest'
const target = 'http://127.0.0.1:3000'
`

/** Each block gets its own scope, so that two may declare the same names. */
function moduleOf(shown: readonly Block[]): string {
  return HEAD + shown.map(({ text }) => `{\n${text}}\n`).join('')
}

/** Replaces ports by those of the servers, and durations by half a second. */
function runnable(code: string, ports: { readonly http: number; readonly tcp: number }): string {
  return code
    .replaceAll('tcp://127.0.0.1:3000', `tcp://127.0.0.1:${ports.tcp}`)
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${ports.http}`)
    .replaceAll(/duration: '\d+[sm]'/g, "duration: '500ms'")
    .replaceAll('{ 404: 500 }', '{ 404: 25 }')
}

let server: ChildProcess
let folder = ''
let vitest: Finished
let script: Finished
let typeErrors: Finished
const cleanUps: (() => unknown)[] = []

beforeAll(async () => {
  folder = projectFolder({ onTestFinished: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) })
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
  const ports = { http: await freePort(), tcp: await freePort() }
  server = spawn(execPath, [join(repository, 'docs/readme-server.fixture.ts')], {
    env: { ...env, PORT: String(ports.http), TCP_PORT: String(ports.tcp) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const listening = once(server, 'message')

  for (const [key, text] of files) {
    const [, file = ''] = key.split(' ')
    if (/^(?:buy|cart|udp)\.ts$|^users|^server\.mjs$/.test(file)) write(file, text)
  }
  write('users.csv', blocks.find(({ language }) => language === 'csv')?.text ?? '')
  copyFileSync(join(repository, 'examples/mcp-server/calculator.ts'), join(folder, 'calculator.ts'))
  copyFileSync(join(repository, 'examples/mcp-server/stdio.ts'), join(folder, 'mcp.ts'))
  write('lines.ts', read('fixtures/modules/line-protocol.ts').replace('../../src/index.ts', 'describe-load'))
  write('server.ts', 'export declare function startServer(): { readonly url: string; stop(): void }')
  write('first.ts', firstTest)
  write('excerpts.ts', moduleOf(excerpts))
  write('check.ts', fileIn('docs/reference.md', 'check.ts'))
  for (const file of ['cart.test.ts', 'nightly.ts']) write(file, fileIn('docs/scripts.md', file))
  write('lines.test.ts', fileIn('docs/reference.md', 'lines.test.ts'))
  write('suites.ts', fileIn('docs/suites.md', 'checkout.load.test.ts'))
  for (const file of ['vitest.config.mts', 'checkout.load.test.ts']) write(`llms-${file}`, fileIn('llms.txt', file))
  write('tsconfig.json', TSCONFIG)
  typeErrors = await runNode(folder, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder])

  // `examples.test.ts` runs a search for a limit, which takes most of a minute.
  // The examples of `llms.txt` send to paths of other servers.
  const run = excerpts.filter(({ text, page }) => !text.startsWith('limitsSuite(') && page !== 'llms.txt')
  write('excerpts.ts', runnable(moduleOf(run), ports))
  write('first.ts', runnable(firstTest, ports))
  write('failing.ts', runnable(firstTest.replace('toHaveP95Below(100)', 'toHaveP95Below(15)'), ports))
  // One process for all of them.
  write('pages.load.test.ts', `import './first.ts'\nimport './failing.ts'\nimport './excerpts.ts'\n`)
  write('check.ts', runnable(fileIn('docs/reference.md', 'check.ts'), ports))
  await listening
  ;[vitest, script] = await Promise.all([runVitest(folder, {}, 'pages.load'), runNode(folder, ['check.ts'])])
}, 120_000)

afterAll(async () => {
  server.kill()
  for (const cleanUp of cleanUps) await cleanUp()
})

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(repository, 'node_modules/@types')],
    paths: { 'describe-load': [join(repository, 'src/index.ts')], 'describe-load/*': [join(repository, 'src/*.ts')] },
    allowImportingTsExtensions: true,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ['*.ts', '*.mts'],
})

test('every block has a language that a test here covers', () => {
  expect(blocks.filter(({ language }) => !languages.has(language))).toEqual([])
})

describe('the TypeScript of the pages', () => {
  test('compiles', () => {
    expect(typeErrors.output).toBe('')
  })

  test('sends what it plans', () => {
    const { results, verdicts } = record()
    const shown = [firstTest, ...excerpts.filter(({ page }) => page !== 'llms.txt').map(({ text }) => text)].join('\n')
    const names = [...shown.matchAll(/loadTest\(\s*'([^']+)'/g)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(10)
    const ran = results.map(({ name }) => name)
    expect(
      names.filter((name) => !ran.some((each) => each.endsWith(name))),
      vitest.output,
    ).toEqual([])
    // A few requests may fail on a busy machine, but an example that sends a wrong request fails always.
    const failed = results.filter(({ name, errorRate }) => errorRate > 0.5 && !name.endsWith('finds orders'))
    expect(failed.map(({ name }) => name)).toEqual([])
    expect(verdicts).not.toEqual([])
  })

  test('fails only where the README says so', () => {
    const { verdicts } = record()
    const red = verdicts.filter(({ verdict }) => verdict === 'fail')
    expect(red.filter(({ test: name }) => !name.endsWith('serves the cart'))).toEqual([])
    if (!isJudged()) return
    expect(red.map(({ matcher }) => matcher)).toEqual(['toHaveP95Below'])
    expect(vitest.output).toContain('1 failed')
  })

  test('prints what the README shows, with other figures', () => {
    const [passed = '', failed = ''] = blocks
      .filter(({ page, language }) => page === 'README.md' && language === '')
      .map(({ text }) => text)
    const printed = new Set(vitest.output.split('\n').map(withoutFigures))
    const figures = passed.split('\n').filter((line) => line.startsWith('       '))
    expect(figures.length).toBe(3)
    expect(figures.filter((line) => !printed.has(withoutFigures(line)))).toEqual([])
    // A run of half a second has no interval, and may have doubts.
    const [, message = ''] = /^(Error: .*?) \(/m.exec(failed) ?? []
    if (!isJudged()) return
    expect(vitest.output.split('\n').map((line) => withoutFigures(line.replace(/ \(.*/, '')))).toContain(
      withoutFigures(message),
    )
  })

  test('prints seconds from a script', () => {
    expect(script.exitCode, script.output).toBe(0)
    expect(script.output).toMatch(/^(?:[\d.]+ \d+\n)+.*0 of 50 requests/s)
  })

  test('has the custom protocol of the examples', () => {
    expect(fileIn('docs/reference.md', 'udp.ts')).toBe(`// udp.ts\n${read('examples/custom-protocol/udp.ts')}`)
  })

  /** False on a machine that other processes keep too busy, which says nothing about the pages. */
  function isJudged(): boolean {
    return record().verdicts.every(({ verdict }) => verdict !== 'invalid')
  }

  function record(): RunRecord {
    return JSON.parse(readFileSync(join(folder, 'reports/load_test_results.json'), 'utf8')) as RunRecord
  }
})

function withoutFigures(line: string): string {
  return line.replaceAll(/\d[\d.  ]*/g, '# ').trimEnd()
}

/** The commands of the pages, one per line, without comments. */
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '')

test('the commands for Vitest have only options that Vitest knows', () => {
  const lines = commands.flatMap((line) => line.split(' && ')).filter((line) => line.includes('npx vitest'))
  expect(lines.length).toBeGreaterThan(3)
  expect(unknownVitestOptions(['npx', 'vitest', '--projekt', 'load'])).toEqual(['projekt'])
  for (const line of lines) {
    const words = line.split(' ')
    expect(unknownVitestOptions(words)).toEqual([])
    const set = words.flatMap((word) => /^(LOAD_\w+)=(.*)$/.exec(word)?.slice(1, 3) ?? [])
    expect(unknownVariables({ [set[0] ?? '']: set[1] })).toEqual([])
  }
})

const SUITES = ['unit', 'scenarios', 'limits', 'protocols', 'mcp-stress', 'capacity']

test('the command understands the command lines of the pages', () => {
  const lines = commands.filter((line) => line.startsWith('npx describe-load '))
  expect(lines.length).toBeGreaterThan(5)
  const asked = lines.map((line) => {
    const [, , ...words] = [...line.replace(/ \|.*/, '').matchAll(/'([^']*)'|\S+/g)].map(
      ([word, quoted]) => quoted ?? word,
    )
    return readArguments(words, SUITES, {})
  })
  expect(asked.filter(({ kind }) => kind === 'mistake' || kind === 'version')).toEqual([])
})

test('the README shows the configuration that describe-load init writes', () => {
  expect(fileIn('README.md', 'vitest.config.mts')).toBe(`// vitest.config.mts\n${VITEST_CONFIG}`)
})

test('the page about suites has every flag', () => {
  const shown = [...read('docs/suites.md').matchAll(/^\| `(?:-\w`, `)?--([\w-]+)/gm)].map(([, name]) => name)
  expect(new Set(shown)).toEqual(new Set(FLAG_NAMES))
})

const jq = commands.filter((line) => line.startsWith('jq '))

test('shows exports with jq', () => {
  expect(jq.length).toBeGreaterThan(2)
})

test.for(jq)('%s', async (command, { skip }) => {
  const child = spawn('sh', ['-c', command], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [exitCode] = (await once(child, 'close')) as [number]
  if (exitCode === 127) skip('jq is not installed')
  expect(exitCode).toBe(0)
  expect(output).not.toBe('')
})

test('the page about suites has every variable', () => {
  const source = read('src/hosts/environment/variables.ts')
  const [, table = ''] = /^const VARIABLES.*?\{\n(.*?)^\}/ms.exec(source) ?? []
  const names = [...table.matchAll(/^ {2}(LOAD_\w+):/gm)].map(([, name = '']) => name)
  const shown = read('docs/suites.md').replaceAll(/`_(WEBSOCKET|TCP|MCP)`/g, '`LOAD_TARGET_$1`')
  expect(names.length).toBeGreaterThan(20)
  expect(names.filter((name) => !shown.includes(`\`${name}`))).toEqual([])
})

interface Step {
  readonly run?: string
}

test('the workflows are valid YAML and run only commands that the README explains', () => {
  const [github, gitlab] = blocks
    .filter(({ language }) => language === 'yaml')
    .map(({ text }) => parse(text) as unknown)
  const { jobs } = github as { readonly jobs: { readonly load: { readonly steps: readonly Step[] } } }
  const { load } = gitlab as { readonly load: { readonly script: readonly string[] } }
  expect(jobs.load.steps.flatMap(({ run }) => run ?? [])).toEqual(['npm ci', 'npx vitest run --project load'])
  expect(load.script).toEqual(['npm ci --cache .npm', 'npx vitest run --project load'])
  expect(commands).toContain('npx vitest run --project load')
})
