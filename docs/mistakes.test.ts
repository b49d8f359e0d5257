import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect as vitestExpect, test } from 'vitest'
import { environmentValues } from '../src/hosts/environment/variables.ts'
import { noticesForTest, unknownNotices } from '../src/hosts/environment/notices.ts'
import { CONFIG, JSON_REPORT, vitestProject } from '../src/hosts/vitest/vitest-process.fixture.ts'
import { evenBatches, resultOf } from '../src/judge/result.builder.ts'
import type { CommandTarget } from '../src/model/target.ts'
import { resolvePlan } from '../src/plan/resolve-plan.ts'
import { cert, key } from '../src/protocols/http/localhost-certificate.fixture.ts'
import { writeArtifacts } from '../src/report/write.ts'
import { runLoad } from '../src/run/index.ts'
import { closeTargets, connectTargets } from '../src/run/target/target-connection.ts'
import { vocabulary } from '../src/run/vocabulary.ts'
import { expect, loadTest } from '../src/vitest.ts'

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

const FILES = {
  'throws.js': 'const config = undefined\nconsole.log(config.port)\n',
  'done.js': '',
  'usage.js': "console.log('usage: server --stdio')\nsetInterval(() => {}, 1_000)\n",
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'describe-load-mistakes-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
  const statuses: Readonly<Record<string, number>> = { '/missing': 404, '/private': 401, '/broken': 500 }
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
  return shown.replaceAll(folder, '/app').replaceAll(repository, '/app')
}

function evaluate(code: string, known: object): unknown {
  // oxlint-disable-next-line no-implied-eval -- the code is that of the page
  return (new Function(...Object.keys(known), `return ${code}`) as (...values: unknown[]) => unknown)(
    ...Object.values(known),
  )
}

async function messageOf(provoke: () => unknown): Promise<string> {
  try {
    await provoke()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'nothing'
}

/** `…` stands for any lines. */
function expectPrinted(text: string, { printed }: Row): void {
  const lines = asOnPage(text)
    .split('\n')
    .map((line) => line.trim())
  const last = printed.at(-1) === '…'
  vitestExpect(last ? lines.slice(0, printed.length - 1) : lines).toEqual(last ? printed.slice(0, -1) : printed)
}

test('every row of the page has a written and a printed text, and belongs to a section with a test', () => {
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, section = '']) => section)
  vitestExpect(sections).toEqual([...planSections, ...targetSections, 'Assertions', 'Load tests', 'The environment'])
  const rows = sections.flatMap(rowsOf)
  vitestExpect(rows).toHaveLength(page.match(/^\| (?!written|---)/gm)?.length ?? 0)
  vitestExpect(rows.filter(({ written, printed }) => written === '' || printed.includes(''))).toEqual([])
})

const targetSections = ['The target', 'A target that the run starts']
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

/** Connects to a target, and loads it if this succeeds. */
async function load(code: string): Promise<void> {
  const written = evaluate(`({ ${withPorts(code)} })`, {}) as Written
  const target = typeof written.target === 'string' ? written.target : { cwd: folder, ...written.target }
  const plan = { ...written, target, rate: 20, duration: 200, seed: 1 }
  const compiled = resolvePlan(plan, vocabulary)
  await closeTargets(await connectTargets(compiled, () => {}, new Promise(() => {})))
  expect(await runLoad(plan)).toHaveNoErrors()
}

describe.each(targetSections)('%s', (section) => {
  test.each(rowsOf(section))('$written', async (row) => {
    expectPrinted(await messageOf(() => load(row.written)), row)
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
    const project = vitestProject(context, 5, {
      'vitest.config.ts': CONFIG,
      'a.load.test.ts': `
        import { describe } from 'vitest'
        import { describeLoad, loadTest } from 'SRC/vitest.ts'
        describeLoad('all', { target: '${withPorts('http://127.0.0.1:3000')}', rate: 20 }, () => {
          ${others.map(({ written }) => written).join('\n')}
        })`,
    })
    await project.run('run', ...JSON_REPORT)
    const failures = [...project.tests().values()].map(({ failureMessages: [message = ''] }) => message)
    vitestExpect(failures).toHaveLength(others.length)
    for (const [index, row] of others.entries()) {
      const message = (failures[index] ?? '').split(/\n\s+at /)[0] ?? ''
      expectPrinted(message.replace(/^\w+( \[\w+\])?: /, ''), row)
    }
  })
})

describe('The environment', () => {
  test.each(rowsOf('The environment'))('$written', async (row) => {
    const [name = '', value = ''] = row.written.split('=')
    if (name.startsWith('node ')) return expectPrinted(await printedByOldNode(), row)
    if (name === 'LOAD_REPORTS_DIR') {
      const files = [{ fileName: 'load_test_results.json', text: '{}' }]
      return expectPrinted(await messageOf(() => writeArtifacts(join(repository, value), files)), row)
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
