import { describe, expect, test } from 'vitest'
import { doubt } from '../../wording/doubts.ts'
import type { LoadResult } from '../../model/result.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { errorRateVerdict } from './error-rate.ts'
import { maximumVerdict } from './maximum.ts'
import { meanVerdict } from './mean.ts'
import { percentileVerdict } from './percentile.ts'

/** A run of 10 ms per response. */
function runWith(doubts: LoadResult['generator']['doubts']): LoadResult {
  const { generator, ...run } = resultOf({ batches: evenBatches(64, 100, () => 10) })
  return { ...run, generator: { ...generator, doubts } }
}

const doubted = runWith([doubt({ code: 'unsolicited-messages', count: 3 })])
const others = runWith([doubt({ code: 'foreign-load', cpuPercent: 30 })])

describe.each([
  ['a percentile', (run: LoadResult, limitMs: number) => percentileVerdict(run, run, { percentile: 95, limitMs })],
  ['the mean', (run: LoadResult, limitMs: number) => meanVerdict(run, run, { limitMs })],
  ['the maximum', (run: LoadResult, limitMs: number) => maximumVerdict(run, run, { limitMs })],
])('a verdict on %s', (_, verdictOn) => {
  test.each([
    ['below', 1_000],
    ['above', 1],
  ])('is invalid when unsolicited messages arrived, with the latencies %s its limit', (__, limitMs) => {
    expect(verdictOn(doubted, limitMs)).toMatchObject({
      verdict: 'invalid',
      reason: 'unsolicited messages may have been counted as responses',
      details: expect.arrayContaining([expect.stringMatching(/^doubt: 3 unsolicited messages arrived/)]),
    })
    expect(verdictOn(others, limitMs).verdict).toBe(limitMs === 1 ? 'fail' : 'pass')
  })
})

test('the error rate is still judged', () => {
  expect(errorRateVerdict(doubted, doubted, { limit: 0.2 }).verdict).toBe('pass')
})
