import { expect } from 'vitest'
import { evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { LoadResult } from '../../model/result.ts'
import { writtenResult } from '../../model/written-result.ts'
import type { HostPromises } from './host-promise.conformance.ts'

/** Returns a run of 10 s with latencies of 10 to 20 ms, as an artifact contains it. */
function measured(perBatch: number, rest: Partial<LoadResult> = {}): object {
  return writtenResult(resultOf({ batches: evenBatches(40, perBatch, (i) => 10 + (i % 11)), rest }))
}

/** Runs whose verdicts are the same on every machine. */
const MEASURED = {
  long: measured(200),
  short: measured(5),
  tiny: measured(1),
  interrupted: measured(200, { ended: 'interrupted', endedBecause: 'enough' }),
}

const FAIL = `expected p99 response time below 15 ms, was 20.0 ms (90% interval 20.0–20.0 ms, n = 8 000, effective 8 000)
  offered 800 req/s, achieved 800 req/s, 0 dropped, 0 errors
  service time p99 20.0 ms: the target itself was slow
  seed 8f2c1e, rerun with LOAD_SEED=8f2c1e`
const FAIL_WITH_NOT = `expected p99 response time not below 50 ms, was 20.0 ms (90% interval 20.0–20.0 ms, n = 8 000, effective 8 000)
  offered 800 req/s, achieved 800 req/s, 0 dropped, 0 errors
  seed 8f2c1e, rerun with LOAD_SEED=8f2c1e`
const NOTE = `inconclusive: p99 response time below 50 ms is not proven by 200 requests in 10 s (leans to pass)
  was 20.0 ms (90% interval at least 20.0 ms, n = 200, effective 74)
  about 3 940 more requests would decide (duration: '207s')`
const INCONCLUSIVE = `inconclusive: p99 response time below 50 ms is not proven by 40 requests in 10 s (leans to neither side)
  was 20.0 ms (90% interval at least 19.0 ms, n = 40, effective 13)
  a p99 needs at least 100 requests, this run has 40: run longer, or assert p95
  about 260 more requests would decide (duration: '75s')
  offered 4 req/s, achieved 4 req/s, 0 dropped, 0 errors
  seed 8f2c1e, rerun with LOAD_SEED=8f2c1e`
const INVALID = `invalid: p99 response time below 50 ms cannot be judged: the run was interrupted
  was 20.0 ms (90% interval 20.0–20.0 ms, n = 8 000, effective 8 000)
  enough
  run it again without interruption
  offered 800 req/s, achieved 800 req/s, 0 dropped, 0 errors
  seed 8f2c1e, rerun with LOAD_SEED=8f2c1e`

/** Fails, and counts its attempts. */
export const FAILS_ONCE = `
  loadTest('fails once', shop, () => {
    note('attempts.txt', 'attempt ')
    throw new Error('no retry')
  })`

/** How load tests fail. */
export const FAILURES: HostPromises = {
  assertions: {
    promise: 'A failed assertion points to its line',
    code: `
  describeLoad('cart', shop, () => {
    loadTest('fails by a matcher', {}, ({ result }) => {
      expect(result).not.toHaveNoErrors()
    })
    loadTest('fails by another assertion', {}, ({ result }) => {
      expect(result.successes).toBe(6)
    })
    loadTest('fails after a load', async ({ load }) => {
      expect(await load({})).not.toHaveNoErrors()
    })
  })`,
    tests: {
      'cart > fails by a matcher': {
        says: 'some errors',
        at: 'expect(result).not.toHaveNoErrors()',
      },
      'cart > fails by another assertion': { says: /expect/, at: 'expect(result.successes).toBe(6)' },
      'cart > fails after a load': { says: 'some errors', at: 'expect(await load({})).not.toHaveNoErrors()' },
    },
    check: ({ record, files }) => {
      const verdict = record.verdicts.find(({ test }) => test === 'assertions > cart > fails by a matcher')
      expect(verdict).toMatchObject({ matcher: 'not.toHaveNoErrors', at: { file: 'promises.load.test.js' } })
      const lines = files['promises.load.test.js']?.split('\n') ?? []
      expect(lines[(verdict?.at?.line ?? 0) - 1]?.trim()).toBe('expect(result).not.toHaveNoErrors()')
    },
  },
  mistakes: {
    promise:
      'A mistake in a plan, a server that is down and an error in a function point to the declaration or the load',
    code: `
  describeLoad('cart', shop, () => {
    loadTest('has a wrong plan', { rate: -1, duration: '5 parsecs' }, () => {})
    loadTest('has a wrong load', async ({ load }) => {
      await load({ rate: -2 })
    })
    loadTest('has no result', ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('has no server', { target: 'http://127.0.0.1:1' }, () => {})
    loadTest('throws in a function', { target: () => { throw new RangeError('no port') } }, () => {})
    loadTest('has errors of one class', async ({ load }) => {
      await expect(load({ rate: -1 })).rejects.toBeInstanceOf(LoadError)
    })
  })`,
    tests: {
      'cart > has a wrong plan': {
        says: /LoadPlanError \[ERR_LOAD_PLAN\]: the plan has 2 issues\n.*rate must be.*-1\n.*duration must be.*5 parsecs/,
        at: "loadTest('has a wrong plan'",
      },
      'cart > has a wrong load': { says: 'rate must be greater than 0, got -2', at: 'await load({ rate: -2 })' },
      'cart > has no result': { says: 'this loadTest has no plan', at: "loadTest('has no result'" },
      'cart > has no server': {
        says: 'no server responds at http://127.0.0.1:1',
        at: "loadTest('has no server'",
      },
      'cart > throws in a function': { says: 'no port', at: "loadTest('throws in a function'" },
      'cart > has errors of one class': 'passed',
    },
  },
  timeouts: {
    promise: 'A test that times out keeps its results so far; the general timeout of the test runner does not apply',
    code: `
  describeLoad('cart', shop, () => {
    loadTest('takes longer than other tests may', { duration: 600 }, ({ result }) => expect(result.successes).toBe(60))
    loadTest('times out', { duration: '30s', test: { timeout: 1_000 } }, () => {})
    describeLoad('group', { test: { timeout: 500 } }, () => {
      loadTest('inherits it', { duration: '30s' }, () => {})
      loadTest('has none', { duration: 600, test: { timeout: 0 } }, ({ result }) => expect(result.successes).toBe(60))
    })
  })`,
    tests: {
      'cart > takes longer than other tests may': 'passed',
      'cart > times out': { says: 'load test timed out after 1 s', at: "loadTest('times out'" },
      'cart > group > inherits it': { says: 'load test timed out after 500 ms', at: "loadTest('inherits it'" },
      'cart > group > has none': 'passed',
    },
    check: ({ record }) => {
      const partial = record.results.find(({ name }) => name.endsWith('> times out'))
      expect(partial).toMatchObject({ ended: 'interrupted', endedBecause: 'load test timed out after 1 s' })
      expect(partial?.successes).toBeGreaterThan(0)
    },
  },
  judgement: {
    promise: 'A test fails if it does not await a load, or does not judge a result with mostly failures',
    code: `
  const failing = { request: { ok: [[404, 404]] } }
  describeLoad('cart', shop, () => {
    loadTest('does not await', ({ load }) => {
      void load({})
    })
    loadTest('does not judge failures', failing, () => {})
    loadTest('does not judge successes', {}, () => {})
    loadTest('need not judge', { ...failing, judge: false }, () => {})
  })`,
    tests: {
      'cart > does not await': { says: 'load({}) was not awaited', at: 'void load({})' },
      'cart > does not judge failures': {
        says: '5 of 5 requests failed (status 5), and the test did not judge its result',
        at: "loadTest('does not judge failures'",
      },
      'cart > does not judge successes': 'passed',
      'cart > need not judge': 'passed',
    },
    check: ({ output }) => {
      // A host with sources of tests in its output prints the name again.
      expect(output).toContain(
        '"judgement > cart > does not judge successes" did not judge its result: 0 of 5 requests failed\n',
      )
      expect(output).not.toContain('need not judge" did not judge')
    },
  },
  verdicts: {
    promise:
      'Pass, fail, inconclusive and invalid have the same texts; inconclusive is green if it leans to a pass, with a note',
    code: `
  const measured = JSON.parse(process.getBuiltinModule('node:fs').readFileSync('measured.json', 'utf8'))
  loadTest('passes', () => {
    expect(measured.long).toHaveP99Below(50)
    expect(measured.long).not.toHaveP99Below(15)
  })
  loadTest('fails', () => {
    expect(measured.long).toHaveP99Below(15)
  })
  loadTest('fails with not', () => {
    expect(measured.long).not.toHaveP99Below(50)
  })
  loadTest('leans to a pass', () => {
    expect(measured.short).toHaveP99Below(50)
  })
  loadTest('is inconclusive', () => {
    expect(measured.tiny).toHaveP99Below(50)
  })
  loadTest('is invalid', () => {
    expect(measured.interrupted).toHaveP99Below(50)
  })`,
    files: { 'measured.json': JSON.stringify(MEASURED) },
    tests: {
      passes: 'passed',
      fails: { says: `Error: ${FAIL}\n`, at: 'expect(measured.long).toHaveP99Below(15)' },
      'fails with not': { says: `Error: ${FAIL_WITH_NOT}\n`, at: 'expect(measured.long).not.toHaveP99Below(50)' },
      'leans to a pass': 'passed',
      'is inconclusive': { says: `Error: ${INCONCLUSIVE}\n`, at: 'expect(measured.tiny).toHaveP99Below(50)' },
      'is invalid': { says: `Error: ${INVALID}\n`, at: 'expect(measured.interrupted).toHaveP99Below(50)' },
    },
    check: ({ output }) => expect(output).toContain(`${NOTE}\n`),
  },
  retries: {
    promise: 'A retry of a load test is an error',
    code: { spelled: 'retries' },
    in: 'file',
    tests: Object.fromEntries(
      ['is retried', 'group > is retried, too'].map((name) => [
        name,
        {
          says: 'LoadError [ERR_LOAD_RETRY]: a load test cannot be retried',
          at: `loadTest('${name.split(' > ').at(-1)}'`,
        },
      ]),
    ),
  },
  retriesOfConfiguration: {
    promise: 'Retries in the configuration do not apply to load tests',
    code: { spelled: 'retriesOfConfiguration' },
    tests: { 'fails once': { says: 'no retry', at: "throw new Error('no retry')" } },
    check: ({ project }) => expect(project.text('attempts.txt')).toBe('attempt '),
  },
  concurrency: {
    promise: '`.concurrent` is an error',
    code: `
  loadTest('is not concurrent', () => expect(() => loadTest.concurrent).toThrow('loadTest.concurrent is not supported'))`,
    tests: { 'is not concurrent': 'passed' },
  },
  concurrencyOfHost: {
    promise: 'A load test that the test runner makes concurrent is an error',
    code: { spelled: 'concurrencyOfHost' },
    tests: { 'is concurrent': { says: 'a load test cannot be concurrent', at: "loadTest('is concurrent'" } },
  },
}
