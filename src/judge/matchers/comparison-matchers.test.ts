import { describe, expect, test } from 'vitest'
import { writtenResult } from '../../model/written-result.ts'
import type { LoadResult } from '../../model/result.ts'
import { comparedRun, pairsWith } from '../comparison/comparison.builder.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { call } from './matchers.conformance.ts'

const equal = withOperations(1)
const slow = withOperations(1.3)

/** A run with an operation `GET /`, the only one of `resultOf`. */
function withOperations(factor: number): ReturnType<typeof comparedRun> {
  const pairs = pairsWith(factor).map(({ candidate, baseline }) => ({
    candidate: { ...candidate, rps: 100 / factor, operations: { 'GET /': candidate.ms } },
    baseline: { ...baseline, operations: { 'GET /': baseline.ms } },
  }))
  return comparedRun(pairs)
}

describe.each(['toBeNoSlowerThan', 'toSustainAsMuchAs', 'toUseNoMoreCpuThan'] as const)('%s', (name) => {
  test('passes for an equal candidate and fails for a worse one', () => {
    expect(call(name, equal, [equal.comparison.baseline]).verdict).toBe('pass')
    expect(call(name, slow, [slow.comparison.baseline]).verdict).toBe('fail')
    expect(call(name, slow, [slow.comparison.baseline, { tolerance: 1 }]).verdict).toBe('pass')
  })

  test('judges a result that was read from an artifact like the original', () => {
    const readBack = JSON.parse(JSON.stringify(writtenResult(slow))) as typeof slow
    const { verdict, observed } = call(name, slow, [slow.comparison.baseline])
    expect(call(name, readBack, [readBack.comparison.baseline])).toMatchObject({ verdict, observed })
  })

  test('rejects a result without a comparison', () => {
    const alone = resultOf({ batches: evenBatches(40, 100, () => 10) })
    expect(() => call(name, alone, [alone])).toThrow(
      expect.objectContaining({
        code: 'ERR_LOAD_MATCHER_SUBJECT',
        message: `${name}() compares two targets, and this run had one\n    → write against: 'http://127.0.0.1:3001', or against: { ref: 'origin/main' }, in its plan`,
      }),
    )
  })

  test.each([
    ['nothing', undefined],
    ['the candidate', equal],
    ['the baseline of another run', { ...slow.comparison.baseline, generatorId: 'other' }],
    ['a number', 250],
  ])('rejects %s as the baseline', (_, baseline) => {
    expect(() => call(name, equal, [baseline])).toThrow(
      expect.objectContaining({
        code: 'ERR_LOAD_MATCHER_ARGUMENT',
        message: expect.stringContaining(`.${name}(baseline)`),
      }),
    )
  })

  test('rejects a tolerance out of range', () => {
    for (const tolerance of [0, -0.1, 5, '5%', Number.NaN]) {
      expect(() => call(name, equal, [equal.comparison.baseline, { tolerance }])).toThrow(
        expect.objectContaining({
          code: 'ERR_LOAD_MATCHER_ARGUMENT',
          message: expect.stringContaining('write { tolerance: 0.05 }'),
        }),
      )
    }
  })
})

test('toBeNoSlowerThan compares an operation with the same operation of the baseline', () => {
  const { 'GET /': candidate } = slow.operations
  const { 'GET /': baseline } = (slow.comparison.baseline as LoadResult).operations
  expect(call('toBeNoSlowerThan', candidate, [baseline])).toMatchObject({
    verdict: 'fail',
    claim: 'median and mean response time of operation "GET /" at most 5% above the baseline\'s',
  })
  expect(() => call('toBeNoSlowerThan', candidate, [slow.comparison.baseline])).toThrow('baseline.operations["GET /"]')
})

describe('toBeNoSlowerThan with { operations: true }', () => {
  /** All requests are as fast as before; `search` takes `factor` times as long. */
  const search = (factor: number, count: number): ReturnType<typeof comparedRun> =>
    comparedRun(
      pairsWith(1, count).map(({ candidate, baseline }, pair) => ({
        candidate: { ...candidate, operations: { cart: 10, search: 10 * factor + (pair % 5) / 100 } },
        baseline: { ...baseline, operations: { cart: 10, search: 10 } },
      })),
    )
  const judged = (run: ReturnType<typeof comparedRun>, options: object): ReturnType<typeof call> =>
    call('toBeNoSlowerThan', run, [run.comparison.baseline, options])

  test('fails if one of them is slower', () => {
    expect(judged(search(1.3, 14), {}).verdict).toBe('pass')
    expect(judged(search(1.3, 14), { operations: true })).toMatchObject({
      verdict: 'fail',
      claim: expect.stringContaining('operation "search"'),
    })
    expect(judged(search(1, 14), { operations: true })).toMatchObject({
      verdict: 'pass',
      claim: expect.stringMatching(/, for all requests and for each operation$/),
    })
  })

  test('needs 14 pairs to fail, and says how to get them', () => {
    expect(judged(search(1.3, 8), { operations: true })).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'fail',
      advice:
        "8 pairs cannot show a slowdown of one of 3 parts: write duration: { min: '118s', max: '236s' } for at least 14",
    })
    expect(judged(search(1, 8), { operations: true }).verdict).toBe('pass')
  })

  test('takes true or false', () => {
    expect(() => judged(search(1, 8), { operations: ['cart'] })).toThrow('true or false')
  })
})

test('toBeNoSlowerThan compares only the metric that it is given', () => {
  expect(call('toBeNoSlowerThan', slow, [slow.comparison.baseline, { metric: 'p95' }]).claim).toBe(
    "p95 response time at most 5% above the baseline's",
  )
  expect(() => call('toBeNoSlowerThan', slow, [slow.comparison.baseline, { metric: 'p98' }])).toThrow(
    "must be one of 'p50', 'mean', 'p90', 'p95', 'p99'",
  )
})
