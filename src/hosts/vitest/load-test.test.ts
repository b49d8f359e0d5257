import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Fixture } from '../../../fixtures/index.ts'
import { CONFIG, JSON_REPORT, vitestProject } from './vitest-process.fixture.ts'

let target: Fixture<'plain'>
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(() => target.stop())

/** Servers that the environment replaces, or whose protocol only their URL shows. */
const TARGETS = (url: string): string => `
  import { describeLoad, expect, loadTest } from 'SRC/vitest.ts'
  const closed = 'http://127.0.0.1:9'
  const plan = { rate: 20, duration: 100 }
  describeLoad('http', { target: closed }, () => {
    loadTest('is replaced', plan, ({ result }) => expect(result.successes).toBe(2))
    loadTest('keeps its own target', { ...plan, target: () => '${url}' }, ({ result }) => expect(result.errors).toBe(0))
  })
  const words = [process.execPath, 'lines.js']
  describeLoad('tcp', { target: { command: words, url: '127.0.0.1:{port}' }, protocol: 'tcp' }, () => {
    loadTest('is started', { ...plan, request: { data: 'x' } }, ({ result }) => expect(result.successes).toBe(2))
  })
  describeLoad('tcp by its URL', { target: { command: words, url: 'tcp://127.0.0.1:{port}' } }, () => {
    loadTest('is started', { ...plan, request: { data: 'x' } }, ({ result }) => expect(result.successes).toBe(2))
  })`

const LINES = `
  import { createServer } from 'node:net'
  createServer((socket) => socket.pipe(socket)).listen(process.env.PORT, '127.0.0.1')
  process.once('SIGTERM', () => process.exit())`

test('takes targets, but no rate, from the environment', { timeout: 120_000 }, async (context) => {
  const files = {
    'vitest.config.ts': CONFIG,
    'lines.js': LINES,
    'targets.load.test.ts': TARGETS(target.url),
    'more.load.test.ts': `
      import { expect, loadTest } from 'SRC/vitest.ts'
      loadTest('has no target', { rate: 20, duration: 50 }, ({ result }) => expect(result.successes).toBe(1))`,
  }
  const variables = { LOAD_TARGET_HTTP: target.url, LOAD_RATE: '500', LOAD_TARGT: target.url }
  const project = vitestProject(context, 5, files, variables)
  const { output } = await project.run('run', ...JSON_REPORT)
  const tests = [...project.tests().values()]
  expect(
    tests.map(({ status }) => status),
    output,
  ).toEqual(Array.from({ length: 5 }, () => 'passed'))
  // Once in a run, not once for each test or file.
  for (const text of [
    'LOAD_TARGT is not a variable of describe-load and has no effect\n    → did you mean LOAD_TARGET?',
    'LOAD_RATE applies to suites only: a load test follows its plan',
    'LOAD_TARGET does not replace a target in the plan of a test: ',
  ]) {
    expect(output.split(text)).toHaveLength(2)
  }
})

/** Files of a test with a server and hooks, which leave a line each. */
const HOOKED = {
  'server.js': `
    import { appendFileSync } from 'node:fs'
    import { createServer } from 'node:http'
    createServer((_, response) => response.end()).listen(process.env.PORT, '127.0.0.1')
    process.once('SIGTERM', () => {
      appendFileSync('order.txt', 'server\\n')
      process.exit()
    })`,
  'hooks.load.test.ts': `
    import { appendFileSync } from 'node:fs'
    import { afterAll, beforeAll } from 'vitest'
    import { describeLoad, expect, loadTest } from 'SRC/vitest.ts'
    const note = async (hook) => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      appendFileSync('order.txt', hook + '\\n')
    }
    const target = { command: [process.execPath, 'server.js'], url: 'http://127.0.0.1:{port}' }
    describeLoad('shop', { target, rate: 20, duration: 100 }, () => {
      beforeAll(() => () => note('clean-up'))
      afterAll(() => note('hook'))
      loadTest('responds', {}, ({ result }) => expect(result.successes).toBe(2))
    })`,
}

test.concurrent.for([
  [5, 'stack'],
  [5, 'list'],
  [5, 'parallel'],
  [4, 'parallel'],
] as const)(
  'the server of a group outlives its hooks, Vitest %i with sequence.hooks %s',
  { timeout: 60_000 },
  async ([version, hooks], context) => {
    const config = CONFIG.replace('test: {', `test: { sequence: { hooks: '${hooks}' },`)
    const project = vitestProject(context, version, { ...HOOKED, 'vitest.config.ts': config })
    const { output, exitCode } = await project.run('run')
    context.expect(exitCode, output).toBe(0)
    context.expect(project.text('order.txt')).toBe('hook\nclean-up\nserver\n')
  },
)
