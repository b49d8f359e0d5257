import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Fixture } from '../../../fixtures/index.ts'
import { CONFIG, JSON_REPORT, vitestProject } from './vitest-process.fixture.ts'

let target: Fixture<'plain'>
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(() => target.stop())

const PASSING = (url: string): string => `
  import { beforeAll, vi } from 'vitest'
  import { describeLoad, expect, loadTest } from 'SRC/vitest.ts'
  let asked = 0, ready = false
  describeLoad('outer', { target: () => { asked++; expect(ready).toBe(true); return '${url}' }, rate: 50 }, () => {
    beforeAll(() => { ready = true })
    loadTest('inherits', { duration: 200 }, ({ result, task, signal, expect }) => {
      expect([result.name, result.successes, result.plan.requestTimeoutMs]).toEqual(['outer > inherits', 10, 2_000])
      expect([task.name, signal.aborted]).toEqual(['inherits', false])
    })
    describeLoad('inner', { rate: 20, duration: 200 }, () => {
      loadTest('wins', {}, ({ result }) => expect([result.successes, asked]).toEqual([4, 1]))
      loadTest('loads itself', async ({ load }) => {
        const results = [await load({}), await load({ rate: 10 })]
        expect(results.map(({ successes }) => successes)).toEqual([4, 2])
      })
      loadTest.each([[10, 2], [20, 4]])('each %d', (rate) => ({ rate }), (rate, successes, { result }) => {
        expect(result.successes).toBe(successes)
      })
      loadTest.for([[10, 2]])('for %d', ([rate]) => ({ rate }), ([, successes], { result }) => {
        expect(result.successes).toBe(successes)
      })
      loadTest.extend({ limit: 4 })('has a fixture', {}, ({ result, limit }) => expect(result.successes).toBe(limit))
      loadTest.skip('is skipped', {}, () => {})
      loadTest.todo('is not written yet')
      loadTest.fails('fails as declared', {}, () => expect(1).toBe(2))
      loadTest('repeats', { duration: 200, test: { repeats: 1 } }, ({ result }) => expect(result.successes).toBe(4))
      loadTest('need not be judged', { judge: false, request: { ok: [[404, 404]] } }, () => {})
      loadTest('keeps real time', async ({ load }) => {
        vi.useFakeTimers({ now: 0 })
        try {
          const { successes, ended, startedAt } = await load({})
          expect([successes, ended, new Date(startedAt).getFullYear() > 2000]).toEqual([4, 'completed', true])
        } finally { vi.useRealTimers() }
      })
    })
    describeLoad.each([5, 10])('each group %d', (rate) => ({ rate, duration: 200 }), (rate) => {
      loadTest('has its plan', {}, ({ result }) => expect(result.successes).toBe(rate / 5))
    })
    const command = [process.execPath, 'server.js']
    describeLoad('started group', { target: { command, url: 'http://127.0.0.1:{port}' }, duration: 200 }, () => {
      loadTest('is loaded', {}, ({ result }) => expect(result.successes).toBe(10))
      loadTest('stays up', {}, ({ result }) => expect([result.successes, result.target.pids.length]).toEqual([10, 1]))
    })
    describeLoad.skip('skipped group', () => loadTest('in it', {}, () => {}))
  })`

/** Appends a word for each start and stop. */
const SERVER = `
  import { appendFileSync } from 'node:fs'
  import { createServer } from 'node:http'
  const server = createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1')
  appendFileSync('lives.txt', 'up ')
  process.once('SIGTERM', () => { appendFileSync('lives.txt', 'down '); process.exit() })`

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

const FAILING = (url: string): string => `
  import { describeLoad, loadTest } from 'SRC/vitest.ts'
  let attempts = 0
  describeLoad('checkout', { target: '${url}', rate: 50 }, () => {
    loadTest('fails', { duration: 40 }, () => {
      throw new Error('attempt ' + ++attempts)
    })
    loadTest('wrong plan', { rate: -1, duration: '5 parsecs' }, () => {})
    loadTest('wrong load', async ({ load }) => {
      await load({ rate: -2, duration: 50 })
    })
    loadTest('has no result', ({ result }) => result)
    loadTest('times out', { duration: '30s', test: { timeout: 5_000 } }, () => {})
    describeLoad('group with a time', { test: { timeout: 2_000 } }, () => {
      loadTest('inherits it', { duration: '30s' }, () => {})
      loadTest('has none', { duration: 2_500, test: { timeout: 0 } }, () => {})
    })
    loadTest('leaves a run behind', async ({ startLoad }) => void (await startLoad({ duration: '30s' })))
    loadTest('concurrent test', { duration: 50, test: { concurrent: true } }, () => {})
    loadTest('retried test', { duration: 50, test: { retry: 1 } }, () => {})
    describeLoad('retried group', { test: { retry: { count: 2 } } }, () => loadTest('inherits retries', {}, () => {}))
    loadTest('does not await', ({ load }) => {
      void load({ duration: 40 })
    })
    loadTest('judges nothing', { duration: 100, request: { ok: [[404, 404]] } }, () => {})
    loadTest('says nothing', { target: 'http://127.0.0.1:1', duration: 50 }, () => {})
  })`

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

describe.concurrent.each([5, 4] as const)('loadTest on Vitest %i', (version) => {
  test('runs the traffic of its plan and the plans around it', { timeout: 120_000 }, async (context) => {
    const file = PASSING(target.url)
    const project = vitestProject(context, version, {
      'vitest.config.ts': CONFIG,
      'server.js': SERVER,
      'shop.load.test.ts': file,
    })
    const { output, exitCode } = await project.run('run', ...JSON_REPORT)
    const tests = [...project.tests().values()]
    expect(
      tests.map(({ status, fullName }) => `${status} ${fullName.slice(6)}`),
      output,
    ).toEqual([
      'passed inherits',
      'passed inner wins',
      'passed inner loads itself',
      'passed inner each 10',
      'passed inner each 20',
      'passed inner for 10',
      'passed inner has a fixture',
      'skipped inner is skipped',
      'todo inner is not written yet',
      'passed inner fails as declared',
      'passed inner repeats',
      'passed inner need not be judged',
      'passed inner keeps real time',
      'passed each group 5 has its plan',
      'passed each group 10 has its plan',
      'passed started group is loaded',
      'passed started group stays up',
      'skipped skipped group in it',
    ])
    expect(exitCode).toBe(0)
    expect(project.record().results.map(({ name }) => name)).toHaveLength(17)
    expect(output).not.toContain('did not judge')
    expect(project.text('lives.txt')).toBe('up down ')
  })

  test('fails once, on the author’s line, with the results so far', { timeout: 120_000 }, async (context) => {
    const file = FAILING(target.url)
    const project = vitestProject(context, version, { 'vitest.config.ts': CONFIG, 'shop.load.test.ts': file })
    const { output, exitCode } = await project.run('run', ...JSON_REPORT)
    expect(exitCode).toBe(1)
    const failures = new Map(
      [...project.tests().values()]
        .filter(({ status }) => status === 'failed')
        .map(({ title, failureMessages: [message = ''] }) => [title, message]),
    )
    /** Returns the line of the test file at the top of the failure's stack. */
    const blamed = (name: string): string => {
      const line = /shop\.load\.test\.ts:(\d+)/.exec(failures.get(name)?.split('\n    at ')[1] ?? '')?.[1]
      return (file.split('\n')[Number(line) - 1] ?? '').trim()
    }
    expect([...failures.keys()], output).toEqual([
      'fails',
      'wrong plan',
      'wrong load',
      'has no result',
      'times out',
      'inherits it',
      'concurrent test',
      'retried test',
      'inherits retries',
      'does not await',
      'judges nothing',
      'says nothing',
    ])
    expect(failures.get('fails')).toContain('attempt 1')
    expect(failures.get('fails')).toContain('shop.load.test.ts')
    expect(failures.get('fails')).not.toContain('src/hosts')
    expect(failures.get('wrong plan')).toMatch(
      /the plan has 2 issues\n.*rate must be.*-1\n.*duration must be.*5 parsecs/,
    )
    expect(blamed('wrong plan')).toContain("loadTest('wrong plan'")
    expect(blamed('wrong load')).toBe('await load({ rate: -2, duration: 50 })')
    expect(failures.get('has no result')).toContain('this loadTest has no plan')
    expect(blamed('has no result')).toContain("loadTest('has no result'")
    expect(failures.get('times out')).toContain('load test timed out after 5 s')
    expect(blamed('times out')).toContain("loadTest('times out'")
    expect(failures.get('inherits it')).toContain('load test timed out after 2 s')
    expect(failures.get('concurrent test')).toContain('a load test cannot be concurrent')
    for (const name of ['retried test', 'inherits retries']) {
      expect(failures.get(name)).toContain('LoadError [ERR_LOAD_RETRY]: a load test cannot be retried')
      expect(blamed(name)).toContain(`loadTest('${name}'`)
    }
    expect(failures.get('does not await')).toContain('load({ duration: 40 }) was not awaited')
    expect(blamed('does not await')).toBe('void load({ duration: 40 })')
    expect(failures.get('judges nothing')).toContain(
      '5 of 5 requests failed (status 5), and the test did not judge its result',
    )
    expect(blamed('judges nothing')).toContain("loadTest('judges nothing'")
    expect(output.match(/.*did not judge.*/g)).toContain(
      '"checkout > group with a time > has none" did not judge its result: 0 of 125 requests failed',
    )
    expect(failures.get('says nothing')).toContain('no server responds at http://127.0.0.1:1')
    expect(blamed('says nothing')).toContain("loadTest('says nothing'")

    const { results } = project.record()
    expect(results.map(({ name, ended, endedBecause }) => [name.slice(11), ended, endedBecause])).toEqual([
      ['fails', 'completed', undefined],
      ['times out', 'interrupted', 'load test timed out after 5 s'],
      ['group with a time > inherits it', 'interrupted', 'load test timed out after 2 s'],
      ['group with a time > has none', 'completed', undefined],
      ['leaves a run behind', 'interrupted', 'the test ended'],
      ['does not await', 'completed', undefined],
      ['judges nothing', 'completed', undefined],
    ])
    expect(results[1]?.successes).toBeGreaterThan(0)
  })
})
