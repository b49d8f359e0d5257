import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Fixture } from '../../../fixtures/index.ts'
import { untilPrinted } from '../host-process.fixture.ts'
import { JSON_REPORT, jestProject } from './jest-process.fixture.ts'

let target: Fixture<'plain'>
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(() => target.stop())

/**
 * Declarations of every kind that pass, in a group inside one of Jest's own. They assert counts, because a busy machine
 * makes verdicts invalid.
 */
const PASSING = (url: string): string => `
const { appendFileSync } = require('node:fs')
const { describeLoad, LoadError, loadTest } = require('describe-load/jest')
beforeAll(() => appendFileSync('order.txt', 'load '))
describe('checkout', () => {
  describeLoad('shop', { target: '${url}', rate: 100, duration: 50 }, () => {
    loadTest('inherits', {}, ({ result }) => expect(result.successes).toBe(5))
    loadTest('loads itself', async ({ load }) => {
      const result = await load({ request: { path: '/', method: 'POST', body: { amount: 1 } } })
      expect(result.successes).toBe(5)
    })
    loadTest.each([[20, 1], [40, 2]])('each %i', (rate) => ({ rate }), (rate, sent, { result }) => {
      expect([rate, result.successes]).toEqual([rate, sent])
    })
    loadTest.for([{ rate: 20 }])('for $rate', ({ rate }) => ({ rate }), ({ rate }, { result }) => {
      expect([rate, result.successes]).toEqual([20, 1])
    })
    loadTest.fails('fails as declared', {}, ({ result }) => expect(result).not.toHaveNoErrors())
    loadTest.skipIf(true)('is left out', {}, () => {})
    loadTest.skip('is skipped', {}, () => {})
    loadTest.todo('is not written yet')
    loadTest('keeps real time', async ({ load }) => {
      jest.useFakeTimers()
      const result = await load({ judge: false })
      jest.useRealTimers()
      expect(result.successes).toBe(5)
    })
    describeLoad('group without tests', {}, () => {})
    describeLoad.each([[20, 1]])('group %i', (rate) => ({ rate }), (rate, sent) => {
      loadTest('has its plan', {}, ({ result }) => expect(result.successes).toBe(sent))
    })
    loadTest('throws errors of one class', async ({ load }) => {
      await expect(load({ rate: -1 })).rejects.toBeInstanceOf(LoadError)
    })
  })
})
`

const FAILING = (url: string): string => `
const { appendFileSync } = require('node:fs')
const { describeLoad, loadTest } = require('describe-load/jest')
beforeAll(() => appendFileSync('order.txt', 'load '))
describeLoad('shop', { target: '${url}', rate: 100, duration: 50 }, () => {
  loadTest('is slow', {}, ({ result }) => {
    expect(result).toHaveMaxBelow(0.001)
  })
  loadTest('compares', {}, ({ result }) => {
    expect(result.successes).toBe(6)
  })
  loadTest('has a wrong plan', { rate: -1 }, () => {})
  loadTest('has a wrong load', async ({ load }) => {
    await load({ rate: -2 })
  })
  loadTest('has no result', ({ result }) => expect(result).toHaveNoErrors())
  loadTest('times out', { duration: '60s', test: { timeout: 500 } }, () => {})
  loadTest('does not await', ({ load }) => {
    void load({})
  })
  loadTest('throws in a function of the plan', { target: () => { throw new RangeError('no port') } }, () => {})
})
`

const RETRYING = (url: string): string => `
const { loadTest } = require('describe-load/jest')
jest.retryTimes(1)
loadTest('is retried', { target: '${url}', rate: 20, duration: 50 }, () => {})
`

/** `.only`, and a group that Jest refuses. */
const ONLY = (url: string): string => `
const { describeLoad, loadTest } = require('describe-load/jest')
describeLoad.only('chosen', { target: '${url}', rate: 20, duration: 50 }, () => {
  loadTest('runs', {}, ({ result }) => expect(result.successes).toBe(1))
})
loadTest('does not run', { target: '${url}' }, () => {})
`

const ASYNCHRONOUS = `
const { describeLoad } = require('describe-load/jest')
describeLoad('waits', {}, async () => {})
`

const UNIT = (name: string): string => `
const { appendFileSync } = require('node:fs')
test('${name}', async () => {
  await new Promise((resolve) => setTimeout(resolve, 100))
  appendFileSync('order.txt', 'unit ')
})
`

test('runs load files after all others, one at a time, and reports failures on the author’s line', async (context) => {
  const failing = FAILING(target.url)
  const project = jestProject(context, {
    'a.load.test.js': PASSING(target.url),
    'b.load.test.js': failing,
    'c.load.test.js': RETRYING(target.url),
    'd.load.test.js': ONLY(target.url),
    'e.load.test.js': ASYNCHRONOUS,
    'y.test.js': UNIT('adds'),
    'z.test.js': UNIT('multiplies'),
  })
  const { output, exitCode } = await project.run(...JSON_REPORT)
  const tests = project.tests()
  expect([...tests.values()].map(({ status, fullName }) => `${status} ${fullName}`).toSorted(), output).toEqual(
    [
      'passed adds',
      'passed multiplies',
      'passed checkout shop inherits',
      'passed checkout shop loads itself',
      'passed checkout shop each 20',
      'passed checkout shop each 40',
      'passed checkout shop for 20',
      'passed checkout shop fails as declared',
      'pending checkout shop is left out',
      'pending checkout shop is skipped',
      'todo checkout shop is not written yet',
      'passed checkout shop keeps real time',
      'passed checkout shop group 20 has its plan',
      'passed checkout shop throws errors of one class',
      'failed shop is slow',
      'failed shop compares',
      'failed shop has a wrong plan',
      'failed shop has a wrong load',
      'failed shop has no result',
      'failed shop times out',
      'failed shop does not await',
      'failed shop throws in a function of the plan',
      'failed is retried',
      'passed chosen runs',
      'pending does not run',
    ].toSorted(),
  )
  expect(exitCode).toBe(1)
  expect(project.text('order.txt')).toBe('unit unit load load ')

  const lines = failing.split('\n')
  const messageOf = (name: string): string => tests.get(`shop ${name}`)?.failureMessages[0] ?? ''
  /** Returns the line of the test file at the top of the failure's stack. */
  const blamed = (name: string): string => {
    const line = /b\.load\.test\.js:(\d+)/.exec(messageOf(name).split('\n    at ')[1] ?? '')?.[1]
    return (lines[Number(line) - 1] ?? '').trim()
  }
  expect(blamed('is slow')).toBe('expect(result).toHaveMaxBelow(0.001)')
  expect(blamed('compares')).toBe('expect(result.successes).toBe(6)')
  expect(messageOf('has a wrong plan')).toContain('LoadPlanError [ERR_LOAD_PLAN]: rate must be greater than 0, got -1')
  expect(blamed('has a wrong plan')).toContain("loadTest('has a wrong plan'")
  expect(blamed('has a wrong load')).toBe('await load({ rate: -2 })')
  expect(messageOf('has no result')).toContain('this loadTest has no plan')
  expect(blamed('has no result')).toContain("loadTest('has no result'")
  expect(messageOf('times out')).toContain('load test timed out after 500 ms')
  expect(blamed('times out')).toContain("loadTest('times out'")
  expect(messageOf('does not await')).toContain('load({}) was not awaited')
  expect(blamed('does not await')).toBe('void load({})')
  expect(messageOf('throws in a function of the plan')).toContain('no port')
  expect(tests.get('is retried')?.failureMessages[0]).toContain('LoadError [ERR_LOAD_RETRY]')
  for (const message of [...tests.values()].flatMap(({ failureMessages }) => failureMessages)) {
    expect(message).not.toContain('src/hosts')
  }
  // For editors, which start a test from its line.
  expect(lines[(tests.get('shop is slow')?.location?.line ?? 0) - 1]?.trim()).toBe(
    "loadTest('is slow', {}, ({ result }) => {",
  )

  expect(output).toMatch(/> 3 \| describeLoad\('waits'/)

  const { results, tests: reported } = project.record()
  expect(
    results.filter(({ ended }) => ended !== 'completed').map(({ name, endedBecause }) => [name, endedBecause]),
  ).toEqual([['shop > times out', 'load test timed out after 500 ms']])
  expect(results.find(({ name }) => name === 'shop > times out')?.successes).toBeGreaterThan(0)
  expect(reported?.find(({ test: name }) => name === 'checkout > shop > inherits')).toMatchObject({
    file: 'a.load.test.js',
    state: 'passed',
    rerun: expect.stringMatching(/^LOAD_SEED=\w+ npx jest a\.load\.test\.js -t '\^checkout shop inherits\$'$/),
  })
  // Under the end of the test, and at the end of the run.
  expect(output).toMatch(/ load {2}checkout > shop > inherits\n {7}rate {6}offered 100 req\/s/)
  expect(output).toMatch(/ shop > is slow +100 req\/s /)
  expect(output).toContain('   reports/load_test_results.json')
})

const LONG = (url: string): string => `
const { describeLoad, loadTest } = require('describe-load/jest')
describeLoad('shop', { target: '${url}/?token=hunter2', rate: 100 }, () => {
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

describe('Ctrl-C', () => {
  test.each([
    ['in Jest’s process', 'a terminal interrupts every process', {}, -1],
    ['in another process', 'something interrupts only Jest itself', { 'jest.config.js': WITHOUT_RUNNER }, 1],
  ])('writes the results so far of a load %s when %s', async (_, __, config, sign) => {
    const project = jestProject(
      { onTestFinished },
      { ...config, 'a.load.test.js': LONG(target.url), 'z.test.js': UNIT('adds') },
    )
    const { process: jest, ended } = project.start()
    await untilPrinted(jest, 'under way')
    process.kill(sign * (jest.pid ?? Number.NaN), 'SIGINT')
    const { output, exitCode } = await ended
    expect(exitCode, output).toBe(130)
    const { results, target: reported } = project.record()
    expect(results.map(({ name, ended: end, endedBecause }) => [name, end, endedBecause])).toEqual([
      ['shop > short', 'completed', undefined],
      ['shop > long', 'interrupted', 'interrupted by SIGINT'],
    ])
    expect(results[1]?.successes).toBeGreaterThan(0)
    expect(reported).toBe(`${target.url}/?token=[redacted]`)
    expect(output).toContain('reports/load_test_results.json')
  })
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
