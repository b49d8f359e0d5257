import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Fixture } from '../../../fixtures/index.ts'
import type { RunRecord } from '../../model/record.ts'
import { CONFIG, SOURCES_BY_NODE, vitestProject } from './vitest-process.fixture.ts'

let target: Fixture<'plain'>
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(() => target.stop())

/** A configuration with a custom artifact and its folder, and an empty variable, which has no effect. */
const OWN_ARTIFACT = `
  import { load } from 'SRC/plugin.ts'
  process.env.LOAD_REPORTS_DIR = ''
  const names = { fileName: 'names.txt', render: ([{ results }]) => results.map(({ name }) => name).toSorted().join() }
  export default {
    plugins: [load({ reportsDir: 'own', artifacts: [names] })],
    test: { ${SOURCES_BY_NODE} },
  }`

describe.concurrent.each([5, 4] as const)('--merge-reports in Vitest %i', (version) => {
  test('writes one report for all shards', { timeout: 60_000 }, async (context) => {
    const file = (name: string): string => `
      import { loadTest } from 'SRC/vitest.ts'
      loadTest('${name}', { target: '${target.url}', rate: 100, duration: 100 }, () => {})`
    const project = vitestProject(context, version, {
      'vitest.config.ts': OWN_ARTIFACT,
      'a.load.test.ts': file('first'),
      'b.load.test.ts': file('second'),
    })
    await Promise.all(['1/2', '2/2'].map((shard) => project.run('run', '--reporter=blob', `--shard=${shard}`)))
    const { output, exitCode } = await project.run('--merge-reports')
    expect(exitCode, output).toBe(0)
    expect(project.text('own/names.txt')).toBe('first,second')
    // Under the name of each test, which passed.
    expect(output).toMatch(
      / load {2}first\n {7}rate {6}offered 100 req\/s, achieved .*\n {7}response {2}p50 .* ms\n {7}errors {4}0 of 10 requests; 0 dropped; status 200: 10\n/,
    )
    const { results } = JSON.parse(project.text('own/load_test_results.json')) as RunRecord
    expect(results.map(({ successes }) => successes)).toEqual([10, 10])
  })
})

/** A configuration with an artifact that throws. */
const BROKEN_ARTIFACT = CONFIG.replace(
  'load({',
  "load({ artifacts: [{ fileName: 'broken.txt', render() { throw new Error('no figures') } }],",
)

test('annotates in GitHub Actions without disturbing a report on stdout, also if an artifact throws', async (context) => {
  const files = {
    'vitest.config.ts': BROKEN_ARTIFACT,
    'shop.load.test.ts': `
      import { expect, loadTest } from 'SRC/vitest.ts'
      loadTest('has errors', { target: '${target.url}', rate: 100, duration: 100 }, ({ result }) => {
        expect(result).not.toHaveNoErrors()
      })`,
  }
  // Vitest 5 writes this report to stdout only if the options of the reporter say so.
  const project = vitestProject(context, 4, files, { GITHUB_ACTIONS: 'true' })
  const { stdout, output } = await project.run('run', '--reporter=json')
  expect(JSON.parse(stdout)).toMatchObject({ numTotalTests: 1, numFailedTests: 1 })
  expect(output).toContain('"broken.txt": rendering failed: Error: no figures')
  expect(project.files('reports')).toEqual(expect.arrayContaining(['verdicts.json', 'load_test_report.html']))
  expect(output).toMatch(/^::error file=\S+shop\.load\.test\.ts,line=4,/m)
})
