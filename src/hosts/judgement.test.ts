import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { eachWith, evenBatches, resultOf } from '../judge/result.builder.ts'
import type { LoadMatchers } from '../judge/matchers/index.ts'
import { LoadError, LoadVerdictError } from '../model/errors.ts'
import type { LoadResult } from '../model/result.ts'
import type { LoadPlan } from '../plan/load-plan.ts'
import { judge } from './judgement.ts'
import type { Judgement, ResultJudge } from './judgement.ts'
import { RecordBook } from './record-book.ts'
import { runLoad, startLoad } from './script.ts'

/** Returns a run of 10 s with latencies of 10 to 20 ms. */
function measured(
  perBatch: number,
  rest: Partial<LoadResult> = {},
  plan: Partial<LoadResult['plan']> = {},
): LoadResult {
  return resultOf({ batches: evenBatches(40, perBatch, (i) => 10 + (i % 11)), rest, plan, phases: { first: [0, 20] } })
}

const FAIL = `expected p99 response time below 15 ms, was 20.0 ms (90% interval 20.0–20.0 ms, n = 8 000, effective 8 000)
  offered 800 req/s, achieved 800 req/s, 0 dropped, 0 errors
  service time p99 20.0 ms: the target itself was slow
  seed 8f2c1e, rerun with LOAD_SEED=8f2c1e`

/** Lets a judgement assert. Returns what it threw and what it printed. */
function asserted(judgement: Judgement): { readonly error: unknown; readonly printed: string } {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    judgement.assert()
    return { error: undefined, printed: write.mock.calls.map(([text]) => String(text)).join('') }
  } catch (error) {
    return { error, printed: write.mock.calls.map(([text]) => String(text)).join('') }
  } finally {
    write.mockRestore()
  }
}

describe('judge', () => {
  test('returns a pass, whose assertion does nothing', () => {
    const judgement = judge(measured(200)).toHaveP99Below(50)
    expect(judgement).toMatchObject({ matcher: 'toHaveP99Below', verdict: 'pass', ok: true })
    expect(judgement.message).toMatch(/^p99 response time below 50 ms, was 20\.0 ms/)
    expect(asserted(judgement)).toEqual({ error: undefined, printed: '' })
  })

  test('returns a fail, whose assertion throws the text of the matcher', () => {
    const judgement = judge(measured(200)).toHaveP99Below(15)
    expect(judgement).toMatchObject({ verdict: 'fail', ok: false, message: FAIL })
    const { error } = asserted(judgement)
    expect(error).toBeInstanceOf(LoadVerdictError)
    expect(error).toBeInstanceOf(LoadError)
    expect(error).toMatchObject({ code: 'ERR_LOAD_VERDICT', verdict: 'fail', message: FAIL })
  })

  test('inverts a pass, a fail and a leaning with not', () => {
    const { not } = judge(measured(200))
    expect(not.toHaveP99Below(15)).toMatchObject({ matcher: 'not.toHaveP99Below', verdict: 'pass', ok: true })
    const failed = not.toHaveP99Below(50)
    expect(failed).toMatchObject({ verdict: 'fail', ok: false })
    expect(failed.message).toMatch(/^expected p99 response time not below 50 ms, was 20\.0 ms/)
    expect(judge(measured(5)).not.toHaveP99Below(50)).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'fail',
      ok: false,
    })
  })

  test('returns an invalid verdict, which is never ok', () => {
    const interrupted = measured(200, { ended: 'interrupted' })
    for (const judgement of [judge(interrupted).toHaveP99Below(50), judge(interrupted).not.toHaveP99Below(50)]) {
      expect(judgement).toMatchObject({ verdict: 'invalid', ok: false, reasons: [{ code: 'interrupted' }] })
      expect(asserted(judgement).error).toMatchObject({ verdict: 'invalid', message: judgement.message })
    }
  })

  test.each([
    ['lean', 5, 'pass', true],
    ['lean', 1, 'none', false],
    ['warn', 1, 'none', true],
    ['fail', 5, 'pass', false],
  ] as const)(
    'with onInconclusive %j, %i requests per batch lean to %s, so ok is %j',
    (onInconclusive, n, leaning, ok) => {
      const judgement = judge(measured(n, {}, { onInconclusive })).toHaveP99Below(50)
      expect(judgement).toMatchObject({ verdict: 'inconclusive', leaning, ok })
      const { error, printed } = asserted(judgement)
      if (ok) {
        expect(error).toBeUndefined()
        expect(printed).toMatch(/^describe-load: inconclusive: p99 response time below 50 ms is not proven by /)
      } else {
        expect(error).toMatchObject({ verdict: 'inconclusive', message: judgement.message })
        expect(judgement.message).toMatch(/^inconclusive: p99 response time below 50 ms is not proven by /)
      }
    },
  )

  test('judges a part of a result', () => {
    const result = measured(400)
    expect(judge(result).toHaveNoErrors().ok).toBe(true)
    expect(judge(result.phases['first']).toHaveP50Below(5)).toMatchObject({ verdict: 'fail' })
  })

  test('rejects a subject and an argument that are invalid', () => {
    const invalid = { p99Ms: 3 } as unknown as LoadResult
    expect(() => judge(invalid).toHaveP99Below(50)).toThrow(
      expect.objectContaining({ code: 'ERR_LOAD_MATCHER_SUBJECT' }),
    )
    expect(() => judge(measured(1)).toHaveP99Below(-1)).toThrow(
      expect.objectContaining({ code: 'ERR_LOAD_MATCHER_ARGUMENT' }),
    )
  })

  test('records its verdict in a load test that asserts it', () => {
    const result = measured(200)
    const book = new RecordBook('shop', () => {})
    book.addResult(result)
    const judgement = judge(result).toHaveP99Below(15)
    expect(book.record.verdicts).toEqual([])
    asserted(judgement)
    expect(book.record.verdicts).toMatchObject([{ test: 'shop', matcher: 'toHaveP99Below', verdict: 'fail' }])
  })

  test('has the matchers of expect, with their arguments', () => {
    expectTypeOf<ResultJudge['not']>().toEqualTypeOf<LoadMatchers<Judgement>>()
    expectTypeOf(judge(measured(1)).toHavePercentileBelow).toBeCallableWith(99.5, 250, { of: 'service' })
    expectTypeOf(judge(measured(1)).toHaveP99Below(50).ok).toBeBoolean()
    // @ts-expect-error a limit is a number of milliseconds
    expect(() => judge(measured(1)).toHaveP99Below('50ms')).toThrow('takes a number of milliseconds')
    // @ts-expect-error the run is not awaited
    expectTypeOf(judge).toBeCallableWith(Promise.resolve(measured(1)))
  })
})

test.each([
  ['runLoad', (plan: LoadPlan) => runLoad(plan)],
  ['startLoad', (plan: LoadPlan) => startLoad(plan).result],
])('judges an operation of a result of %s', async (_, run) => {
  await using target = await startFixture('plain', {})
  const { operations } = await run({ target: target.url, rate: 50, duration: 100, request: { name: 'cart' } })
  expect(judge(operations['cart']).toHaveErrorRateBelow(0.01).message).toContain('error rate')
})

describe('judge with LOAD_ONCE=1', () => {
  test.each([
    ['right', [200, 200], true, 'p99 response time below 1 ms: not judged: LOAD_ONCE=1 sends each operation once'],
    ['wrong', [404, 404], false, '1 of 1 request failed (status 1), and LOAD_ONCE=1 requires a right answer to each'],
  ] as const)('judges only whether an answer is %s', async (_, statuses, ok, message) => {
    vi.stubEnv('LOAD_ONCE', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    await using target = await startFixture('plain', {})
    const result = await runLoad({ target: target.url, rate: 50, duration: '60s', request: { ok: [[...statuses]] } })
    const judgement = judge(result).toHaveP99Below(1)
    expect(judgement).toMatchObject({ ok, verdict: ok ? 'inconclusive' : 'fail' })
    expect(judgement.message.split('\n')[0]).toBe(message)
    expect(asserted(judgement).error === undefined).toBe(ok)
  })
})

test('a failed run fails', () => {
  const failing = resultOf({
    batches: eachWith(
      evenBatches(40, 0, () => 1),
      () => ({ errors: { connect: 50 } }),
    ),
  })
  expect(judge(failing).toHaveErrorRateBelow(0.01)).toMatchObject({ verdict: 'fail', ok: false })
})
