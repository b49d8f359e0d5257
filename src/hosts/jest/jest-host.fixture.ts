import type { ConformingHost } from '../conformance/host-promise.conformance.ts'
import { JSON_REPORT, jestProject } from './jest-process.fixture.ts'

const CONFIG = `module.exports = { preset: 'describe-load', testTimeout: 500 }`

/** Jest in the table of hosts. */
export const jestHost: ConformingHost = {
  name: 'Jest 30',
  imports: '',
  loadImports: `const { describeLoad, expect, LoadError, loadTest } = require('describe-load/jest')`,
  project: (context, files) => jestProject(context, { 'jest.config.js': CONFIG, ...files }),
  args: JSON_REPORT,
  rerun: (file, name) => `npx jest ${file} -t '^${name.join(' ')}$'`,
  reportsDeselected: true,
  interruptedBy: 'interrupted by SIGINT',
  spelled: {
    concurrencyOfHost: { because: 'its option `maxConcurrency` applies only to `test.concurrent`' },
    fakeTimers: {
      code: `
  loadTest('keeps real time', async ({ load }) => {
    jest.useFakeTimers({ now: 0 })
    const { successes, startedAt } = await load(shop).finally(() => jest.useRealTimers())
    expect([successes, new Date(startedAt).getFullYear() > 2000]).toEqual([5, true])
  })`,
    },
    fixtures: { because: 'its tests have no context' },
    planOfAllFiles: { because: 'a preset has no options' },
    repeats: { because: 'it has no option that repeats tests' },
    retries: {
      code: `
  jest.retryTimes(1)
  loadTest('is retried', shop, () => {})
  describeLoad('group', shop, () => {
    loadTest('is retried, too', {}, () => {})
  })`,
    },
    retriesOfConfiguration: { because: 'it has no such option' },
  },
}
