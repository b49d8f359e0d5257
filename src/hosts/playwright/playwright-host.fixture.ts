import type { TestContext } from 'vitest'
import { FAILS_ONCE } from '../conformance/failures.conformance.ts'
import type { ConformingHost } from '../conformance/host-promise.conformance.ts'
import { installPackages, playwrightProject } from './playwright-process.fixture.ts'
import type { InstalledPackages } from './playwright-process.fixture.ts'

const CONFIG = `
import { defineConfig } from '@playwright/test'
import { withLoad } from 'describe-load/playwright'
export default withLoad(
  defineConfig({
    reporter: [['list'], ['json', { outputFile: 'results.json' }]],
    retries: 2,
    timeout: 500,
    workers: 2,
  }),
  { plan: { requestTimeout: 2_000 } },
)`

let installed: Promise<InstalledPackages> | undefined

/** Builds the package once for all processes. */
function packagesFor({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<InstalledPackages> {
  if (installed === undefined) {
    installed = installPackages()
    onTestFinished(async () => (await installed)?.[Symbol.asyncDispose]())
  }
  return installed
}

/** Playwright Test in the table of hosts. */
export const playwrightHost: ConformingHost = {
  name: 'Playwright Test',
  imports: `import { test } from '@playwright/test'
const { afterAll, beforeAll, describe } = test`,
  loadImports: `import { describeLoad, expect, LoadError, loadTest } from 'describe-load/playwright'`,
  project: async (context, files) =>
    playwrightProject(context, await packagesFor(context), { 'playwright.config.ts': CONFIG, ...files }),
  args: [],
  rerun: (file, name) =>
    `npx playwright test ${file} -g '${[file, ...name].join(' ').replaceAll('.', String.raw`\.`)}$'`,
  reportsDeselected: false,
  interruptedBy: 'Playwright stopped the test',
  spelled: {
    concurrencyOfHost: { because: 'the project of load files has one worker' },
    fakeTimers: { because: 'its fake timers are those of a page' },
    fixtures: {
      code: `
  loadTest.extend({ sent: 5 })('has a fixture', shop, ({ result, sent, browserName }) => {
    expect([result.successes, browserName]).toEqual([sent, 'chromium'])
  })`,
    },
    planOfAllFiles: {
      code: `
  loadTest('has the request timeout of the configuration', shop, ({ result }) => {
    expect(result.plan.requestTimeoutMs).toBe(2_000)
  })`,
    },
    repeats: { because: 'it repeats tests only as separate ones, with `repeatEach`' },
    retries: {
      code: `
  describe.configure({ retries: 1 })
  loadTest('is retried', shop, () => { throw new Error('first attempt') })
  describeLoad('group', shop, () => {
    loadTest('is retried, too', {}, () => { throw new Error('first attempt') })
  })`,
    },
    retriesOfConfiguration: { code: FAILS_ONCE },
  },
}
