import { describe, expect, test } from 'vitest'
import { judge } from '../../judge/outcome.ts'
import { evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { LoadResult } from '../../model/result.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { fast, runWith, slo, slow, undecided } from './rate-runs.builder.ts'
import { judgeRate, rateVerdict } from './rate-verdict.ts'

/** A run of 1 s at 40 req/s. */
const short = resultOf({ batches: evenBatches(4, 10, () => 10), plan: { rate: 40 } })

describe('a run at a constant rate', () => {
  test.each<[string, LoadResult, VerdictValue, string | undefined]>([
    ['passes when no request is late', fast, 'pass', undefined],
    ['fails when a tenth of the requests is late', slow, 'fail', undefined],
    ['is inconclusive, and leans to a pass, when 1% of the requests is late', undecided, 'inconclusive', 'pass'],
    ['leans to a fail when more than 1% is late', runWith(80), 'inconclusive', 'fail'],
    ['leans to neither side with too few requests for a p99', short, 'inconclusive', 'none'],
  ])('%s', (_, result, verdict, leaning) => {
    const outcome = judgeRate(result, 100, slo)
    expect([outcome.verdict, outcome.leaning]).toEqual([verdict, leaning])
  })

  test('is recorded with what was observed and why', () => {
    const message = (result: LoadResult): string =>
      judge(rateVerdict(judgeRate(result, 100, slo)), false, 'lean').message()
    expect(message(fast)).toBe('100 req/s within the service level, was p99 10.0 ms, error rate 0%')
    expect(message(slow)).toBe(
      'expected 100 req/s within the service level, was p99 400 ms, error rate 0%: 10% of the requests took longer than 250 ms',
    )
    expect(message(undecided)).toBe(
      'inconclusive: 100 req/s within the service level is not proven: 10 late requests of 1 000 do not prove a p99 (leans to pass)\n  was p99 10.0 ms, error rate 0%',
    )
  })
})
