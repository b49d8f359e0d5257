import { expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { CONFIG, JSON_REPORT, vitestProject } from './vitest-process.fixture.ts'

/** A test file that logs the number of started threads before and after the first test that runs is declared. */
const file = (url: string): string => `
  import { appendFileSync } from 'node:fs'
  import { threadPool } from 'SRC/run/generator/thread-pool.ts'
  import { describeLoad, expect, loadTest } from 'SRC/vitest.ts'
  describeLoad('shop', { target: '${url}', rate: 20, duration: 100 }, () => {
    loadTest.skip('is skipped', {}, () => {})
    const before = threadPool.started
    loadTest('starts a thread when it is declared', {}, ({ result }) => expect(result.successes).toBe(2))
    appendFileSync('started.txt', before + ' ' + threadPool.started + ';')
    loadTest('uses the same thread', {}, ({ result }) => {
      expect([result.successes, threadPool.started]).toEqual([2, 1])
    })
  })`

test(
  'starts one thread while the file is collected, and none when tests are only listed',
  { timeout: 60_000 },
  async (context) => {
    await using target = await startFixture('plain', {})
    const files = { 'vitest.config.ts': CONFIG, 'shop.load.test.ts': file(target.url) }
    const project = vitestProject(context, 5, files)
    const { output } = await project.run('run', ...JSON_REPORT)
    const statuses = [...project.tests().values()].map(({ status }) => status)
    expect(statuses, output).toEqual(['skipped', 'passed', 'passed'])
    expect(project.text('started.txt')).toBe('0 1;')
    await project.run('list', '--no-static-parse')
    expect(project.text('started.txt')).toBe('0 1;0 0;')
  },
)
