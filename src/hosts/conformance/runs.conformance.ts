import { expect } from 'vitest'
import { OUR_FRAMES } from './host-promise.conformance.ts'
import type { HostPromises, ObservedRun } from './host-promise.conformance.ts'

/** A test that records when it runs. */
const NOTING = (name: string): string => `
  test('${name}', async () => {
    note('order.txt', '${name} starts ')
    await new Promise((resolve) => setTimeout(resolve, 80))
    note('order.txt', '${name} ends ')
  })`

/** A load that is under way until the process ends. */
const ENDLESS = `
  describeLoad('secret', { ...shop, target: url + '/?token=hunter2' }, () => {
    loadTest('is short', {}, ({ result }) => expect(result.successes).toBe(5))
    loadTest('is long', async ({ startLoad }) => {
      const run = await startLoad({ duration: '60s' })
      for await (const { successes } of run) note('under-way.txt', String(successes))
    })
  })`

function checkInterrupted({ host, record, output, exitCode }: ObservedRun): void {
  expect(exitCode, output).toBe(130)
  // Vitest says so when it gives up on its processes, after 10 s.
  expect(output).not.toContain('close timed out')
  expect(
    record.results.map(({ name, ended, endedBecause }) => [name.split(' > ').at(-1), ended, endedBecause]),
  ).toEqual([
    ['is short', 'completed', undefined],
    ['is long', 'interrupted', host.interruptedBy],
  ])
  expect(record.results[1]?.successes).toBeGreaterThan(0)
  expect(record.target).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=\[redacted\]$/)
  expect(output).toContain('reports/load_test_results.json')
  expect(output).not.toMatch(OUR_FRAMES)
}

/** What a whole run of a host does. */
export const RUNS: HostPromises = {
  order: {
    promise: 'Load files run after all other files, one at a time',
    code: NOTING('load a'),
    in: 'file',
    files: { 'b.load.spec.js': `IMPORTS\n${NOTING('load b')}`, 'unit.test.js': `IMPORTS\n${NOTING('unit')}` },
    tests: { 'load a': 'passed' },
    check: ({ project }) => {
      expect(project.text('order.txt')).toMatch(
        /^unit starts unit ends (?:load a starts load a ends load b starts load b ends|load b starts load b ends load a starts load a ends) $/,
      )
    },
  },
  leftovers: {
    promise: 'A run that a test leaves behind ends with the test',
    code: `
  loadTest('leaves a run', async ({ startLoad }) => {
    await startLoad({ ...shop, duration: '60s', judge: false })
  })`,
    tests: { 'leaves a run': 'passed' },
    check: ({ record }) => {
      expect(record.results.find(({ name }) => name === 'leftovers > leaves a run')).toMatchObject({
        ended: 'interrupted',
        endedBecause: 'the test ended',
      })
    },
  },
  interruption: {
    promise: 'Ctrl-C in a terminal ends a load immediately and keeps the results so far',
    code: ENDLESS,
    in: 'process',
    interrupted: 'every process',
    tests: {},
    check: checkInterrupted,
  },
  signal: {
    promise: 'A signal to the test runner alone does the same',
    code: ENDLESS,
    in: 'process',
    interrupted: 'the runner',
    tests: {},
    check: checkInterrupted,
  },
  reports: {
    promise: 'The figures of each test, a table of all tests, and the same report files',
    code: `
  loadTest('has figures', shop, ({ result }) => expect(result.successes).toBe(5))`,
    tests: { 'has figures': 'passed' },
    check: ({ output, project }) => {
      expect(output).toMatch(
        / load {2}reports > has figures\n {7}rate {6}offered [\d.]+ req\/s, achieved .*\n {7}response {2}p50 .* ms\n {7}errors {4}0 of 5 requests; 0 dropped; status 200: 5\n/,
      )
      // A busy machine may not offer the rate of the plan.
      expect(output).toMatch(/ reports > has figures +[\d.]+ (?:→ [\d.]+ )?req\/s /)
      expect(output).toContain('   reports/load_test_results.json')
      expect(project.files('reports').toSorted()).toEqual([
        'load_test_report.html',
        'load_test_results.json',
        'test_summary.txt',
        'verdicts.json',
      ])
    },
  },
}
