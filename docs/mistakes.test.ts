import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect as vitestExpect, test, type TestContext, vi } from 'vitest'
import { readArguments } from '../src/hosts/command/arguments.ts'
import { environmentValues } from '../src/hosts/environment/variables.ts'
import { noticesForTest, unknownNotices } from '../src/hosts/environment/notices.ts'
import { acquireMachineLock } from '../src/hosts/machine-lock.ts'
import { CONFIG, JSON_REPORT, vitestProject } from '../src/hosts/vitest/vitest-process.fixture.ts'
import { toHaveNoErrors } from '../src/judge/matchers/to-have-no-errors.ts'
import { evenBatches, resultOf } from '../src/judge/result.builder.ts'
import { startCommand } from '../src/measure/monitor/index.ts'
import type { CommandTarget } from '../src/model/target.ts'
import { resolvePlan } from '../src/plan/resolve-plan.ts'
import { cert, key } from '../src/protocols/http/localhost-certificate.fixture.ts'
import { summary } from '../src/report/result-summary.ts'
import { writeArtifacts } from '../src/report/write.ts'
import { runLoad } from '../src/run/index.ts'
import { ignoredProxy } from '../src/run/target/ignored-proxy.ts'
import { closeTargets, connectTargets } from '../src/run/target/target-connection.ts'
import { vocabulary } from '../src/run/vocabulary.ts'
import { expect, loadTest } from '../src/vitest.ts'
import { doubt } from '../src/wording/doubts.ts'
import {
  formatInlinePlugin,
  formatMissingPlugin,
  formatWaiting,
  LOAD_FILES_NOT_WATCHED,
} from '../src/wording/load-test.ts'

const repository = join(import.meta.dirname, '..')
const page = readFileSync(join(repository, 'docs/mistakes.md'), 'utf8')

interface Row {
  readonly written: string
  readonly printed: readonly string[]
}

/** Reads the table of a section: one code span per line of text. */
function rowsOf(section: string): readonly Row[] {
  const text = page.slice(page.indexOf(`\n## ${section}\n`) + 1).split('\n## ')[0] ?? ''
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) => {
    const [, written = '', printed = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
    return { written: codeIn(written), printed: printed.split('<br>').map(codeIn) }
  })
}

function codeIn(span: string): string {
  return span.replace(/^(`+) ?(.*?) ?\1$/s, '$2')
}

/** Ports of the page, and those of the servers of this test. */
const ports = new Map<string, string>()
const closers: (() => void)[] = []
let folder = ''

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return String((server.address() as AddressInfo).port)
}

const HTTP = "require('node:http').createServer((_, response) => response.end())"
const FILES = {
  'throws.js': 'const config = undefined\nconsole.log(config.port)\n',
  'done.js': '',
  'usage.js': "console.log('usage: server --stdio')\nsetInterval(() => {}, 1_000)\n",
  'silent.js': 'setInterval(() => {}, 1_000)\n',
  'other-port.js': `${HTTP}.listen(0, '127.0.0.1')\n`,
  'stubborn.js': `process.on('SIGTERM', () => {})\n${HTTP}.listen(process.env.PORT)\n`,
  'slow.js': `setTimeout(() => ${HTTP}.listen(process.env.PORT), 300)\n`,
  'banner.js': `console.log('server 1.0')
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line)
      const { protocolVersion } = params ?? {}
      const about = { protocolVersion, capabilities: {}, serverInfo: { name: 'a', version: '1' } }
      const result = method === 'initialize' ? about : {}
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
    })`,
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'describe-load-mistakes-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
  const statuses: Readonly<Record<string, number>> = {
    '/missing': 404,
    '/private': 401,
    '/broken': 500,
    '/moved': 302,
    '/cart/': 301,
  }
  const plain = createServer(({ url = '' }, response) => response.writeHead(statuses[url] ?? 200).end())
  ports.set('3000', await listening(plain))
  ports.set('3443', await listening(createTlsServer({ cert, key })))
  const closed = createServer()
  ports.set('3999', await listening(closed))
  closed.close()
})
afterAll(() => closers.forEach((close) => close()))

function withPorts(text: string): string {
  return [...ports].reduce((changed, [shown, real]) => changed.replaceAll(`:${shown}`, `:${real}`), text)
}

/** Replaces what differs from run to run. */
function asOnPage(text: string): string {
  const shown = [...ports].reduce((changed, [port, real]) => changed.replaceAll(`:${real}`, `:${port}`), text)
  return shown
    .replaceAll(folder, '/app')
    .replaceAll(repository, '/app')
    .replaceAll(/(?<=answer at http:\/\/127.0.0.1:|listens on port )\d+/g, '4000')
    .replaceAll(/(?<=process )\d+/g, '4711')
}

function evaluate(code: string, known: object): unknown {
  // oxlint-disable-next-line no-implied-eval -- the code is that of the page
  return (new Function(...Object.keys(known), `return ${code}`) as (...values: unknown[]) => unknown)(
    ...Object.values(known),
  )
}

async function messageOf(provoke: () => unknown): Promise<string> {
  try {
    const text = await provoke()
    if (typeof text === 'string') return text
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'nothing'
}

/** `…` replaces any number of lines. */
function expectPrinted(text: string, { printed }: Row): void {
  const lines = asOnPage(text)
    .split('\n')
    .map((line) => line.trim())
  if (!printed.includes('…')) return vitestExpect(lines).toEqual(printed)
  const pattern = printed
    .map((line) => (line === '…' ? '(?:.*\n)*' : `${line.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}\n`))
    .join('')
  vitestExpect(`${lines.join('\n')}\n`).toMatch(new RegExp(`^${pattern}$`))
}

test('every row of the page has a written and a printed text, and belongs to a section with a test', () => {
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, section = '']) => section)
  vitestExpect(sections).toEqual([
    ...planSections,
    'The target',
    'Statuses',
    'A target that the run starts',
    'Assertions',
    'Load tests',
    'Vitest',
    'The command',
    'The environment',
  ])
  const rows = sections.flatMap(rowsOf)
  vitestExpect(rows).toHaveLength(page.match(/^\| (?!written|---)/gm)?.length ?? 0)
  vitestExpect(rows.filter(({ written, printed }) => written === '' || printed.includes(''))).toEqual([])
})

const targetSections = ['The target', 'Statuses', 'A target that the run starts']
const planSections = ['In a plan', 'Keys of other tools, or of another place']

describe.each(planSections)('%s', (section) => {
  test.each(rowsOf(section))('$written', async (row) => {
    const target = row.written.startsWith('url:') ? {} : { target: 'http://127.0.0.1:3000' }
    const plan = evaluate(`({ ${row.written} })`, {}) as object
    expectPrinted(await messageOf(() => resolvePlan({ ...target, ...plan }, vocabulary)), row)
  })
})

interface Written {
  readonly target: CommandTarget | string
}

const ATTEMPTS = 3

/**
 * Loads a target, and returns the figures if there are no errors. A target that cannot be used is refused without a
 * generator, which takes time to start.
 */
async function load(code: string, isUsable: boolean): Promise<string> {
  const given = evaluate(`({ ${withPorts(code)} })`, {}) as Partial<Written>
  const written = { target: withPorts('http://127.0.0.1:3000'), ...given }
  const isSilent = /other-port|silent/.test(code)
  if (isSilent)
    await startCommand({ cwd: folder, ...(written.target as CommandTarget) }, () => {}, { readyLimitMs: 500 })
  const target = typeof written.target === 'string' ? written.target : { cwd: folder, ...written.target }
  const plan = { ...written, target, rate: 20, duration: 200, seed: 1 }
  const compiled = resolvePlan(plan, vocabulary)
  if (!isUsable) await closeTargets(await connectTargets(compiled, () => {}, new Promise(() => {})))
  let result = await runLoad(plan)
  // Repeats a run in which other processes made the generator late.
  for (let attempt = 1; toHaveNoErrors(result).verdict === 'invalid' && attempt < ATTEMPTS; attempt++) {
    result = await runLoad(plan)
  }
  expect(result).toHaveNoErrors()
  return summary(result)
}

describe.each(targetSections)('%s', (section) => {
  test.each(rowsOf(section))('$written', async (row) => {
    expectPrinted(await messageOf(() => load(row.written, row.printed.includes('…'))), row)
  })
})

describe('Assertions', () => {
  const result = resultOf({ batches: evenBatches(10, 4, (i) => 10 + (i % 9)) })
  test.each(rowsOf('Assertions'))('$written', async (row) => {
    expectPrinted(await messageOf(() => evaluate(row.written, { expect, result })), row)
  })
})

describe('Load tests', () => {
  const rows = rowsOf('Load tests')
  const atDeclaration = rows.filter(({ written }) => /^loadTest(?:\.concurrent|\('no body')/.test(written))
  test.each(atDeclaration)('$written', async (row) => {
    expectPrinted(await messageOf(() => evaluate(row.written, { loadTest })), row)
  })

  test('that fail when they run', { timeout: 30_000 }, async (context) => {
    const others = rows.filter((row) => !atDeclaration.includes(row))
    const project = vitestProject(
      context,
      5,
      {
        'package.json': '{}',
        'vitest.config.ts': CONFIG,
        'a.load.test.ts': `
        import { isMainThread } from 'node:worker_threads'
        import { describe, expect as vitestExpect } from 'vitest'
        import { describeLoad, expect, loadTest } from 'SRC/vitest.ts'
        describeLoad('all', { target: '${withPorts('http://127.0.0.1:3000')}', rate: 20 }, () => {
          ${others.map(({ written }) => written).join('\n')}
          loadTest('repeats', { duration: 100, test: { repeats: 1 } }, () => {})
          loadTest('runs in a fork', { duration: 100 }, () => vitestExpect(isMainThread).toBe(true))
        })`,
      },
      { LOAD_REPORTS_DIR: 'package.json' },
    )
    const flags = ['--pool=threads', '--no-isolate', '--bail=99', '--retry=2']
    const { output, exitCode } = await project.run('run', ...flags, ...JSON_REPORT)
    vitestExpect(exitCode).toBe(1)
    vitestExpect(output).toMatch(/\ndescribe-load: (\d+) of \1 reports could not be written to .*\/package.json:\n/)
    vitestExpect(output).not.toContain('Unhandled')
    const tests = [...project.tests().values()]
    vitestExpect(tests.slice(others.length).map(({ status }) => status)).toEqual(['passed', 'passed'])
    const failures = tests.map(({ failureMessages: [message = ''] }) => message)
    for (const [index, row] of others.entries()) {
      if (row.printed[0] === '…') {
        vitestExpect(failures[index]).toBe('')
        expectPrinted(output, row)
        continue
      }
      const message = (failures[index] ?? '').split(/\n\s+at /)[0] ?? ''
      expectPrinted(message.replace(/^\w+( \[\w+\])?: /, ''), row)
    }
  })
})

/** Texts that other tests provoke with a child process of Vitest. */
const VITEST_TEXTS: Readonly<Record<string, (context: TestContext) => unknown>> = {
  'vitest watch': () => LOAD_FILES_NOT_WATCHED,
  'plugins: []': () => formatMissingPlugin('vitest.config.ts', false),
  "projects: [{ plugins: [load()], test: { name: 'shop' } }]": () => formatInlinePlugin('vitest.config.ts', 'shop'),
  'vitest run --coverage': () => doubt({ code: 'coverage' }).message,
  'vitest run & vitest run': () =>
    formatWaiting({ pid: 4711, what: 'checkout > holds 50 req/s', path: '/tmp/describe-load-ada/load.lock' }),
  'rm load.lock': async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can create files of another user')
    const locks = join(folder, 'describe-load-ann')
    mkdirSync(locks)
    chownSync(locks, 65_534, 65_534)
    await acquireMachineLock('mine', { signal: AbortSignal.timeout(1_000), folder: locks })
  },
}

describe('Vitest', () => {
  test.for(rowsOf('Vitest'))('$written', async (row, context) => {
    expectPrinted(await messageOf(() => VITEST_TEXTS[row.written]?.(context)), row)
  })
})

describe('The command', () => {
  test.each(rowsOf('The command'))('$written', (row) => {
    const asked = readArguments(row.written.split(' ').slice(1), ['unit', 'limits'], {})
    expectPrinted(asked.kind === 'mistake' ? asked.message : asked.kind, row)
  })
})

describe('The environment', () => {
  test.each(rowsOf('The environment'))('$written', async (row) => {
    const [name = '', value = ''] = row.written.split('=')
    if (name.startsWith('node ')) return expectPrinted(await printedByOldNode(), row)
    if (name === 'HTTPS_PROXY') return expectPrinted(doubtOfProxy(name, value), row)
    if (name === 'LOAD_REPORTS_DIR') {
      const files = [{ fileName: 'load_test_results.json', text: '{}' }]
      return expectPrinted(writeArtifacts(join(repository, value), files).failure?.message ?? 'written', row)
    }
    const env = { [name]: value }
    const provoke = (): void => {
      environmentValues(env)
      const notices = [...unknownNotices(env), ...noticesForTest('checkout', {}, env)]
      throw new Error(notices.map(({ text }) => text).join('\n'))
    }
    expectPrinted(await messageOf(provoke), row)
  })
})

function doubtOfProxy(name: string, value: string): string {
  vi.stubEnv(name, value)
  vi.stubEnv('NO_PROXY', '')
  vi.stubEnv('no_proxy', '')
  const variable = ignoredProxy(new URL('http://staging.example.com')) ?? 'none'
  vi.unstubAllEnvs()
  return doubt({ code: 'proxy-ignored', variable }).message
}

/** Makes Node.js report an old version before it loads the plugin. */
async function printedByOldNode(): Promise<string> {
  const old = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`
  const code = `await import('${join(repository, 'src/plugin.ts')}').catch(({ message }) => console.log(message))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    old,
    '--input-type=module',
    '--eval',
    code,
  ])
  return stdout.trimEnd()
}
