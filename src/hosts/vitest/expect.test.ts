import { describe, expect as hostExpect, onTestFinished, test, vi } from 'vitest'
import { evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { LoadRecord } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { RecordBook } from '../record-book.ts'
import { expect } from './expect.ts'

/** Returns a result as a test "shop" would measure it: 8 000 requests of 10 to 20 ms. */
function measured(
  plan: Partial<LoadResult['plan']> = {},
  perBatch = 200,
): { result: LoadResult; record(): LoadRecord } {
  const result = resultOf({
    batches: evenBatches(40, perBatch, (i) => 10 + (i % 11)),
    phases: { first: [0, 40] },
    plan,
  })
  const book = new RecordBook('shop', () => {})
  book.addResult(result)
  return { result, record: () => book.record }
}

describe('a matcher on a result', () => {
  test('passes, fails and inverts with .not, with self-contained messages', () => {
    const { result } = measured()
    expect(result).toHaveP99Below(50)
    expect(result).not.toHaveP99Below(15)
    hostExpect(() => expect(result).toHaveP99Below(15)).toThrow(/^expected p99 response time below 15 ms, was 20.0 ms/)
    hostExpect(() => expect(result).not.toHaveP99Below(50)).toThrow(/^expected p99 response time not below 50 ms/)
  })

  test('adds its verdict to the record of the test that measured it, also for a phase and through soft', () => {
    const { result, record } = measured()
    expect(result).toHaveP99Below(50)
    expect(result).not.toHaveP99Below(15)
    hostExpect(() => expect(result.phases['first']).toHaveNoDroppedRequests()).not.toThrow()
    hostExpect(() => expect(result).toHaveP50Below(1)).toThrow('expected p50')
    hostExpect(record().verdicts).toMatchObject([
      { test: 'shop', result: 0, matcher: 'toHaveP99Below', verdict: 'pass' },
      { test: 'shop', result: 0, matcher: 'not.toHaveP99Below', verdict: 'pass' },
      { test: 'shop', result: 0, matcher: 'toHaveNoDroppedRequests', verdict: 'pass' },
      { test: 'shop', result: 0, matcher: 'toHaveP50Below', verdict: 'fail' },
    ])
  })

  test('fails with and without .not when the data is insufficient', () => {
    const { result } = measured({}, 1)
    hostExpect(() => expect(result).toHaveP99Below(50)).toThrow(/^inconclusive: /)
    hostExpect(() => expect(result).not.toHaveP99Below(50)).toThrow(/^inconclusive: /)
  })

  test('only warns in this case when the plan says so', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const { result, record } = measured({ onInconclusive: 'warn' }, 1)
    expect(result).toHaveP99Below(50)
    expect(result).not.toHaveP99Below(50)
    hostExpect(warn.mock.calls.map(([text]: unknown[]) => String(text).split(':')[0])).toEqual([
      'inconclusive',
      'inconclusive',
    ])
    hostExpect(record().verdicts.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive'])
  })

  test('rejects a value that is not a result, on the line of the assertion', () => {
    const error = thrownBy(() => expect({ p99Ms: 3 }).toHaveP99Below(50))
    hostExpect(error).toMatchObject({ code: 'ERR_LOAD_MATCHER_SUBJECT' })
    hostExpect(error.stack).not.toContain('to-have-p99-below.ts')
  })

  test('adds no verdict to the record of a test that did not measure the result', () => {
    const { result } = measured()
    const { record } = measured()
    expect(structuredClone(result)).toHaveP99Below(50)
    hostExpect(record().verdicts).toEqual([])
  })
})

function thrownBy(body: () => void): Error {
  try {
    body()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('expected an error')
}
