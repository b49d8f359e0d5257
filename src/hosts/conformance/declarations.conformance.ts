import { expect } from 'vitest'
import { resultsOf } from './host-promise.conformance.ts'
import type { HostPromises } from './host-promise.conformance.ts'

const SERVER = `
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1')
appendFileSync('lives.txt', 'up ')
process.once('SIGTERM', () => { appendFileSync('lives.txt', 'down '); process.exit() })`

/** What the declarations of load tests do. */
export const DECLARATIONS: HostPromises = {
  names: {
    promise: 'Reports name a test after its groups, and have the command that repeats it',
    code: `
  describeLoad('cart', shop, () => {
    loadTest('is quick', {}, ({ result }) => expect(result.name).toBe('names > cart > is quick'))
  })`,
    tests: { 'cart > is quick': 'passed' },
    check: ({ record, host }) => {
      const name = 'names > cart > is quick'
      expect(record.results.map((result) => result.name)).toContain(name)
      const { seed } = record.results.find((result) => result.name === name) ?? {}
      expect(record.tests?.find(({ test }) => test === name)).toMatchObject({
        file: 'promises.load.test.js',
        state: 'passed',
        rerun: `LOAD_SEED=${seed} ${host.rerun('promises.load.test.js', name.split(' > '))}`,
      })
    },
  },
  places: {
    promise: 'The results of the test runner have the line of each test, for editors',
    code: `
  describeLoad('cart', shop, () => {
    loadTest.skip('is declared', {}, () => {})
    loadTest.skip.each([1])('is declared for %i', {}, () => {})
  })`,
    tests: { 'cart > is declared': 'skipped', 'cart > is declared for 1': 'skipped' },
    check: ({ project, files }) => {
      const lines = files['promises.load.test.js']?.split('\n') ?? []
      const declared = [...project.tests().values()].filter(({ ancestorTitles }) => ancestorTitles[0] === 'places')
      expect(declared.map(({ location }) => lines[(location?.line ?? 0) - 1]?.trim())).toEqual([
        "loadTest.skip('is declared', {}, () => {})",
        "loadTest.skip.each([1])('is declared for %i', {}, () => {})",
      ])
    },
  },
  inheritance: {
    promise: 'Groups nest; inner groups and tests inherit plan keys',
    code: `
  describeLoad('outer', shop, () => {
    loadTest('inherits', {}, ({ result }) => expect(result.successes).toBe(5))
    describeLoad('inner', { rate: 40 }, () => {
      loadTest('takes the inner rate', {}, ({ result }) => expect(result.successes).toBe(2))
      loadTest('has its own duration', { duration: 100 }, ({ result }) => expect(result.successes).toBe(4))
    })
    loadTest('has the outer rate again', {}, ({ result }) => expect(result.successes).toBe(5))
  })`,
    tests: {
      'outer > inherits': 'passed',
      'outer > inner > takes the inner rate': 'passed',
      'outer > inner > has its own duration': 'passed',
      'outer > has the outer rate again': 'passed',
    },
  },
  loads: {
    promise: 'A test without a plan runs as many loads as it needs',
    code: `
  describeLoad('cart', shop, () => {
    loadTest('loads twice', async ({ load, signal, conclude }) => {
      const results = [await load({}), await load({ rate: 40 }, { phase: 'slowly' })]
      expect(results.map(({ successes }) => successes)).toEqual([5, 2])
      expect([signal.aborted, typeof conclude]).toEqual([false, 'function'])
    })
    loadTest('observes a load', async ({ startLoad }) => {
      const run = await startLoad({ duration: '60s', judge: false })
      expect((await run.stop('enough')).ended).toBe('interrupted')
    })
  })`,
    tests: { 'cart > loads twice': 'passed', 'cart > observes a load': 'passed' },
    check: (run) => {
      expect(resultsOf(run, 'loads').slice(0, 2)).toEqual([
        ['cart > loads twice', 'completed', 5],
        ['cart > loads twice > slowly', 'completed', 2],
      ])
    },
  },
  cases: {
    promise: '`.each` and `.for` declare a test or a group per case, with a plan per case',
    code: `
  describeLoad('cart', shop, () => {
    loadTest.each([[20, 1], [40, 2]])('each %i', (rate) => ({ rate }), (rate, sent, { result }) => {
      expect([rate, result.successes]).toEqual([sent * 20, sent])
    })
    loadTest.for([{ rate: 20 }])('for $rate', ({ rate }) => ({ rate }), ({ rate }, { result }) => {
      expect([rate, result.successes]).toEqual([20, 1])
    })
    describeLoad.each([20, 40])('group %i', (rate) => ({ rate }), (rate) => {
      loadTest('has its plan', {}, ({ result }) => expect(result.successes).toBe(rate / 20))
    })
  })`,
    tests: {
      'cart > each 20': 'passed',
      'cart > each 40': 'passed',
      'cart > for 20': 'passed',
      'cart > group 20 > has its plan': 'passed',
      'cart > group 40 > has its plan': 'passed',
    },
  },
  skip: {
    promise: '`.skip`, `.skipIf`, `.runIf` and `.todo` send no requests',
    code: `
  describeLoad('cart', shop, () => {
    loadTest.skip('is skipped', {}, () => {})
    loadTest.skipIf(true)('is skipped on a condition', {}, () => {})
    loadTest.runIf(true)('runs on a condition', {}, ({ result }) => expect(result.successes).toBe(5))
    loadTest.todo('is not written yet')
    describeLoad.skip('skipped', {}, () => loadTest('in it', {}, () => {}))
  })`,
    tests: {
      'cart > is skipped': 'skipped',
      'cart > is skipped on a condition': 'skipped',
      'cart > runs on a condition': 'passed',
      'cart > is not written yet': 'skipped',
      'cart > skipped > in it': 'skipped',
    },
    check: (run) => expect(resultsOf(run, 'skip')).toEqual([['cart > runs on a condition', 'completed', 5]]),
  },
  only: {
    promise: '`.only` runs only these tests and groups',
    code: `
  describeLoad.only('chosen', shop, () => loadTest('runs', {}, ({ result }) => expect(result.successes).toBe(5)))
  describeLoad('cart', shop, () => {
    loadTest.only('runs, too', {}, ({ result }) => expect(result.successes).toBe(5))
    loadTest('does not run', {}, () => {})
  })`,
    in: 'process',
    tests: { 'chosen > runs': 'passed', 'cart > runs, too': 'passed', 'cart > does not run': 'deselected' },
    check: (run) => expect(resultsOf(run, 'only')).toHaveLength(2),
  },
  fails: {
    promise: '`.fails` passes exactly if the test fails',
    code: `
  describeLoad('cart', shop, () => {
    loadTest.fails('fails as declared', {}, ({ result }) => expect(result).not.toHaveNoErrors())
    loadTest.fails('passes', {}, ({ result }) => expect(result.successes).toBe(5))
  })`,
    tests: { 'cart > fails as declared': 'passed', 'cart > passes': { says: /fail/ } },
  },
  hooks: {
    promise: 'Hooks run before a target is asked for, and it is asked for once per group',
    code: `
  let ready = false
  let asked = 0
  beforeAll(() => void (ready = true))
  const target = () => {
    asked++
    return ready ? url : 'http://127.0.0.1:1'
  }
  describeLoad('cart', { ...shop, target }, () => {
    loadTest('is ready', {}, ({ result }) => expect(result.successes).toBe(5))
    loadTest('is asked for once', {}, ({ result }) => expect([result.successes, asked]).toEqual([5, 1]))
  })`,
    tests: { 'cart > is ready': 'passed', 'cart > is asked for once': 'passed' },
  },
  server: {
    promise: 'A server that a group starts runs for all of its tests, and ends with the group',
    code: `
  const target = { command: [process.execPath, 'server.mjs'], url: 'http://127.0.0.1:{port}' }
  describeLoad('started', { ...shop, target }, () => {
    loadTest('is loaded', {}, ({ result }) => expect(result.successes).toBe(5))
    loadTest('stays up', {}, ({ result }) => expect(result.successes).toBe(5))
    afterAll(() => note('lives.txt', 'hook '))
  })`,
    files: { 'server.mjs': SERVER },
    tests: { 'started > is loaded': 'passed', 'started > stays up': 'passed' },
    check: ({ project }) => expect(project.text('lives.txt')).toBe('up hook down '),
  },
  fixtures: {
    promise: 'A test gets the context of the test runner, and `.extend` adds fixtures to it',
    code: { spelled: 'fixtures' },
    tests: { 'has a fixture': 'passed' },
  },
  planOfAllFiles: {
    promise: 'The configuration has plan keys for all load tests',
    code: { spelled: 'planOfAllFiles' },
    tests: { 'has the request timeout of the configuration': 'passed' },
  },
  repeats: {
    promise: 'A repeated test is measured and judged each time',
    code: { spelled: 'repeats' },
    tests: { 'is repeated': 'passed' },
    check: (run) => {
      expect(resultsOf(run, 'repeats')).toEqual([
        ['is repeated', 'completed', 5],
        ['is repeated', 'completed', 5],
      ])
    },
  },
  fakeTimers: {
    promise: 'Fake timers do not affect a load',
    code: { spelled: 'fakeTimers' },
    tests: { 'keeps real time': 'passed' },
  },
}
