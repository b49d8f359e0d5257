import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Fixture } from '../../../fixtures/index.ts'
import { untilPrinted } from '../host-process.fixture.ts'
import { JSON_REPORT, jestProject } from './jest-process.fixture.ts'

let target: Fixture<'plain'>
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(() => target.stop())

/** Groups that Jest, or its hooks, would refuse. */
const GROUPS = (url: string): string => `
const { describeLoad, loadTest } = require('describe-load/jest')
describeLoad('shop', { target: '${url}', rate: 100, duration: 50 }, () => {
  loadTest('runs', {}, ({ result }) => expect(result.successes).toBe(5))
  describeLoad('without tests', {}, () => {})
})
`

const ASYNCHRONOUS = `
const { describeLoad } = require('describe-load/jest')
describeLoad('waits', {}, async () => {})
`

test('allows groups without tests, and points to the line of an asynchronous group', async (context) => {
  const project = jestProject(context, {
    'a.load.test.js': GROUPS(target.url),
    'b.load.test.js': ASYNCHRONOUS,
  })
  const { output, exitCode } = await project.run()
  expect(exitCode).toBe(1)
  expect(output).toContain('PASS ./a.load.test.js')
  expect(output).toMatch(/> 3 \| describeLoad\('waits'/)
})

const LONG = (url: string): string => `
const { describeLoad, loadTest } = require('describe-load/jest')
describeLoad('shop', { target: '${url}', rate: 100 }, () => {
  loadTest('short', { duration: 100 }, ({ result }) => expect(result.successes).toBe(10))
  loadTest('long', async ({ startLoad }) => {
    const run = await startLoad({ duration: '60s' })
    for await (const { successes } of run) process.stderr.write('under way ' + successes)
  })
})
`

/** The reporter without the runner, so that Jest runs the files in other processes. */
const WITHOUT_RUNNER = `
const { reporters } = require('describe-load/jest-preset')
module.exports = { reporters, maxWorkers: 2 }`

test('writes the results so far of a load in another process when only Jest itself is interrupted', async (context) => {
  const project = jestProject(context, {
    'jest.config.js': WITHOUT_RUNNER,
    'a.load.test.js': LONG(target.url),
    'z.test.js': "test('adds', () => {})",
  })
  const { process: jest, ended } = project.start()
  await untilPrinted(jest, 'under way')
  process.kill(jest.pid ?? Number.NaN, 'SIGINT')
  const { output, exitCode } = await ended
  expect(exitCode, output).toBe(130)
  expect(project.record().results.map(({ name, ended: end, endedBecause }) => [name, end, endedBecause])).toEqual([
    ['shop > short', 'completed', undefined],
    ['shop > long', 'interrupted', 'interrupted by SIGINT'],
  ])
})

test('works in ES modules', async (context) => {
  const files = {
    'package.json': '{ "type": "module" }',
    'jest.config.js': "export default { preset: 'describe-load' }",
    'a.load.test.js': `
      import { expect, loadTest } from 'describe-load/jest'
      loadTest('holds', { target: '${target.url}', rate: 20, duration: 50 }, ({ result }) => {
        expect(result.successes).toBe(1)
        expect(typeof expect(result).toHaveNoErrors).toBe('function')
      })`,
  }
  const project = jestProject(context, files, { NODE_OPTIONS: '--experimental-vm-modules' })
  const { output, exitCode } = await project.run()
  expect(exitCode, output).toBe(0)
  expect(project.record().results.map(({ name }) => name)).toEqual(['holds'])
})

test('LOAD_ONCE=1 judges the answers and nothing else', async (context) => {
  const project = jestProject(
    context,
    {
      'shop.load.test.js': `
const { describeLoad, expect, limitsSuite, loadTest } = require('describe-load/jest')
describeLoad('shop', { target: '${target.url}', rate: 100, duration: '60s' }, () => {
  loadTest('right', {}, ({ result }) => {
    expect(result).toHaveMaxBelow(0.000001)
    expect(result).not.toHaveMaxBelow(100_000)
  })
  loadTest('wrong', { request: { path: '/', check: { bodyIncludes: 'never' } } }, () => {})
  loadTest.fails('must fail', {}, ({ result }) => expect(result).toHaveMaxBelow(0.000001))
})
limitsSuite({ target: '${target.url}' })`,
    },
    { LOAD_ONCE: '1' },
  )
  const { output } = await project.run(...JSON_REPORT)
  const states = [...project.tests().values()].map(({ status }) => status)
  expect(states, output).toEqual(['passed', 'failed', 'pending', 'pending'])
  const [message] = project.tests().get('shop wrong')?.failureMessages ?? []
  expect(message).toContain('1 of 1 request failed (check 1), and LOAD_ONCE=1 requires a right answer to each')
  expect(message).toContain('shop.load.test.js:8:')
  expect(output).toMatch(/^ shop > right +once +– +– +– +0% +not judged$/m)
  expect(project.files('.')).not.toContain('reports')
})
