import { expect, test } from 'vitest'
import { matchers } from '../judge/matchers/index.ts'
import { eachWith, evenBatches, resultOf } from '../judge/result.builder.ts'
import type { LoadResult } from '../model/result.ts'
import { BodyCheck } from './body-check.ts'
import { callSite } from './call-site.ts'
import { RecordBook, recordVerdict } from './record-book.ts'

/** Returns a result of 20 requests, of which `failed` got a 500. */
function measured(failed: number): LoadResult {
  return resultOf({
    batches: eachWith(
      evenBatches(1, 20 - failed, () => 10),
      () => ({ errors: failed === 0 ? {} : { 'http-5xx': failed } }),
    ),
    phases: { first: [0, 1] },
  })
}

/** Opens a body whose `load` ends as the test decides; every assertion goes through `assertions`. */
function openBody({ expectsFailure = false, counts = true } = {}) {
  const warnings: string[] = []
  const assertions = { count: 0 }
  const book = new RecordBook('shop', () => {})
  const check = new BodyCheck({
    test: 'shop',
    book,
    countAssertions: counts ? () => assertions.count : undefined,
    expectsFailure,
    onWarning: (message) => warnings.push(message),
  })
  function load(result: LoadResult | Promise<LoadResult>, call?: string): Promise<LoadResult> {
    const origin = check.originOf(callSite(load), call)
    async function run(): Promise<LoadResult> {
      const ended = await result
      book.addResult(ended)
      check.expectJudgement(ended, origin)
      return ended
    }
    return call === undefined ? run() : check.expectAwait(run(), origin)
  }
  return { check, load, book, assertions, warnings }
}

const good = measured(0)

test.each<[string, (load: Promise<LoadResult>) => unknown]>([
  ['awaits the load', async (load) => void (await load)],
  ['returns the load', (load) => load],
  ['returns the load from an async function', async (load) => load],
  ['awaits a chain of it', async (load) => await load.then(() => {}).finally(() => {})],
  ['awaits several loads together', async (load) => void (await Promise.all([load, load]))],
])('accepts a body that %s', async (_, body) => {
  const { check, load, assertions } = openBody()
  await body(load(Promise.resolve(measured(0)), 'load({})'))
  assertions.count++
  await expect(check.atEndOfBody()).resolves.toBeUndefined()
})

test.each<[string, (load: Promise<LoadResult>) => unknown]>([
  ['ignores the load', () => {}],
  ['chains on it and does not wait', (load) => void load.then(() => {})],
])('waits for the load and rejects when a body %s', async (_, body) => {
  const { check, load } = openBody()
  const { promise, resolve } = Promise.withResolvers<LoadResult>()
  void body(load(promise, 'load({ rate: 50, … })'))
  const ended = check.atEndOfBody()
  let over = false
  ended.catch(() => (over = true))
  await new Promise(setImmediate)
  expect(over).toBe(false)
  resolve(good)
  await expect(ended).rejects.toMatchObject({
    code: 'ERR_LOAD_NOT_AWAITED',
    message:
      'load({ rate: 50, … }) was not awaited, so the test ended without its result\n' +
      '    → write const result = await load(…), and assert on the result',
  })
})

test('rejects when a load that nothing awaited ended before the body', async () => {
  const { check, load } = openBody()
  void load(good, "load({ duration: '1s' })")
  void load(good, 'load({})')
  await new Promise(setImmediate)
  await expect(check.atEndOfBody()).rejects.toThrow(
    "2 loads were not awaited, so the test ended without their results: load({ duration: '1s' }), load({})\n",
  )
})

test('gives the error of a load that nothing awaited as the cause', async () => {
  const { check, load } = openBody()
  const refused = new Error('connection refused')
  void load(Promise.reject(refused), 'load({})')
  await expect(check.atEndOfBody()).rejects.toMatchObject({ code: 'ERR_LOAD_NOT_AWAITED', cause: refused })
})

test('rejects a body that judged nothing when over half of the requests failed', async () => {
  const { check, load, warnings } = openBody()
  await load(measured(11))
  await expect(check.atEndOfBody()).rejects.toMatchObject({
    code: 'ERR_LOAD_UNJUDGED',
    message:
      '11 of 20 requests failed (http-5xx 11), and the test did not judge its result\n' +
      '    → assert on the result, for example expect(result).toHaveErrorRateBelow(0.01), or set judge: false in the plan',
  })
  expect(warnings).toEqual([])
})

test('warns when half of the requests succeeded', async () => {
  const { check, load, warnings } = openBody()
  await load(measured(10))
  await check.atEndOfBody()
  expect(warnings).toEqual([
    '"shop" did not judge its result: 10 of 20 requests failed (http-5xx 10)\n' +
      '    → assert on the result, for example expect(result).toHaveErrorRateBelow(0.01), or set judge: false in the plan',
  ])
})

test.each<[string, (result: LoadResult) => unknown]>([
  ['the result', (result) => matchers.toHaveNoErrors(result)],
  ['a phase', (result) => matchers.toHaveP99Below(result.phases['first'], 50)],
  ['an operation', (result) => matchers.toMeetSla(result.operations['GET /'], { p99Ms: 50 })],
])('accepts a matcher on %s, also if the host counts no assertions', async (_, judge) => {
  const { check, load, warnings } = openBody({ counts: false })
  judge(await load(measured(20)))
  await check.atEndOfBody()
  expect(warnings).toEqual([])
})

test('accepts any assertion made after the load began, but none made before', async () => {
  const before = openBody()
  before.assertions.count++
  await before.load(measured(20))
  await expect(before.check.atEndOfBody()).rejects.toMatchObject({ code: 'ERR_LOAD_UNJUDGED' })
  const after = openBody()
  await after.load(measured(20))
  after.assertions.count++
  await expect(after.check.atEndOfBody()).resolves.toBeUndefined()
})

test('attributes a matcher to its own result: each of several results must be judged', async () => {
  const { check, load, book, assertions, warnings } = openBody()
  const first = await load(measured(0), 'load({ rate: 10 })')
  await load(measured(0), 'load({ rate: 20 })')
  // What `expect(first).toHaveNoErrors()` does in a host.
  assertions.count++
  matchers.toHaveNoErrors(first)
  recordVerdict(first, { matcher: 'toHaveNoErrors', verdict: 'pass', message: 'no errors' })
  expect(book.record.verdicts).toHaveLength(1)
  await check.atEndOfBody()
  expect(warnings).toEqual([
    expect.stringContaining('"shop" did not judge the result of load({ rate: 20 }): 0 of 20 requests failed\n'),
  ])
})

test('accepts a suite, which judges by its findings', async () => {
  const { check, load, book, warnings } = openBody()
  await load(measured(20))
  book.conclude('limits', {})
  await check.atEndOfBody()
  expect(warnings).toEqual([])
})

test('does not make a test that is expected to fail pass', async () => {
  const { check, load, warnings } = openBody({ expectsFailure: true })
  await load(measured(20))
  void load(measured(20), 'load({})')
  await check.atEndOfBody()
  expect(warnings).toEqual([expect.stringContaining('load({}) was not awaited')])
})
