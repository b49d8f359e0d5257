import { FAILS_ONCE } from '../conformance/failures.conformance.ts'
import type { ConformingHost } from '../conformance/host-promise.conformance.ts'
import { JSON_REPORT, SOURCES_BY_NODE, vitestProject } from './vitest-process.fixture.ts'

const CONFIG = `
  import { load } from 'SRC/plugin.ts'
  export default {
    plugins: [load({ plan: { requestTimeout: 2_000 } })],
    test: { include: ['**/*.test.js'], testTimeout: 500, retry: 2, allowOnly: true, includeTaskLocation: true, ${SOURCES_BY_NODE} },
  }`

/** Vitest of a major version in the table of hosts. */
export const vitestHost = (version: 4 | 5): ConformingHost => ({
  name: version === 4 ? 'Vitest 4.1' : `Vitest ${version}`,
  imports: `import { afterAll, beforeAll, describe, test, vi } from 'vitest'`,
  loadImports: `import { describeLoad, expect, LoadError, loadTest } from 'SRC/vitest.ts'`,
  project: (context, files) => vitestProject(context, version, { 'vitest.config.ts': CONFIG, ...files }),
  args: ['run', ...JSON_REPORT],
  rerun: (file, name) => `npx vitest run ${file} -t '^${name.join(version === 4 ? ' ' : ' > ')}$'`,
  reportsDeselected: true,
  interruptedBy: 'interrupted by SIGINT',
  spelled: {
    concurrencyOfHost: { code: `loadTest('is concurrent', { ...shop, test: { concurrent: true } }, () => {})` },
    fakeTimers: {
      code: `
  loadTest('keeps real time', async ({ load }) => {
    vi.useFakeTimers({ now: 0 })
    const { successes, startedAt } = await load(shop).finally(() => vi.useRealTimers())
    expect([successes, new Date(startedAt).getFullYear() > 2000]).toEqual([5, true])
  })`,
    },
    fixtures: {
      code: `
  loadTest.extend({ sent: 5 })('has a fixture', shop, ({ result, sent, task, expect }) => {
    expect([result.successes, task.name]).toEqual([sent, 'has a fixture'])
  })`,
    },
    planOfAllFiles: {
      code: `
  loadTest('has the request timeout of the configuration', shop, ({ result }) => {
    expect(result.plan.requestTimeoutMs).toBe(2_000)
  })`,
    },
    repeats: {
      code: `
  loadTest('is repeated', { ...shop, test: { repeats: 1 } }, ({ result }) => expect(result.successes).toBe(5))`,
    },
    retries: {
      code: `
  loadTest('is retried', { ...shop, test: { retry: 1 } }, () => {})
  describeLoad('group', { test: { retry: { count: 2 } } }, () => {
    loadTest('is retried, too', shop, () => {})
  })`,
    },
    retriesOfConfiguration: { code: FAILS_ONCE },
  },
})
