import { describe, expect as hostExpect, onTestFinished, test, vi } from 'vitest'
import { evenStretches, resultOf } from '../../judge/result.case.ts'
import type { LoadRecord } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { RecordBook } from '../record-book.ts'
import { expect } from './expect.ts'

/** 8 000 requests of 10 to 20 ms, as the test "shop" would have measured them. */
function measured(
  plan: Partial<LoadResult['plan']> = {},
  perStretch = 200,
): { result: LoadResult; record(): LoadRecord } {
  const result = resultOf({
    stretches: evenStretches(40, perStretch, (i) => 10 + (i % 11)),
    phases: { first: [0, 40] },
    plan,
  })
  const book = new RecordBook('shop', () => {})
  book.addResult(result)
  return { result, record: () => book.record }
}

describe('a matcher on a result', () => {
  test('passes, fails, and turns with .not, with a text that reads alone', () => {
    const { result } = measured()
    expect(result).toHaveP99Below(50)
    expect(result).not.toHaveP99Below(15)
    hostExpect(() => expect(result).toHaveP99Below(15)).toThrow(/^expected p99 response time below 15 ms, was 20.0 ms/)
    hostExpect(() => expect(result).not.toHaveP99Below(50)).toThrow(/^expected p99 response time not below 50 ms/)
  })

  test('leaves its verdict in the record of the test that measured it, also on a phase, also through soft', () => {
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

  test('is red with and without .not where too little was measured to tell', () => {
    const { result } = measured({}, 1)
    hostExpect(() => expect(result).toHaveP99Below(50)).toThrow(/^inconclusive: /)
    hostExpect(() => expect(result).not.toHaveP99Below(50)).toThrow(/^inconclusive: /)
  })

  test('only warns there when the plan says so', () => {
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

  test('refuses what is no result, on the line of whoever asked', () => {
    const error = thrownBy(() => expect({ p99Ms: 3 }).toHaveP99Below(50))
    hostExpect(error).toMatchObject({ code: 'ERR_LOAD_MATCHER_SUBJECT' })
    hostExpect(error.stack).not.toContain('to-have-p99-below.ts')
  })

  test('says nothing into the record of a test when the result is from elsewhere', () => {
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
  throw new Error('nothing was thrown')
}
