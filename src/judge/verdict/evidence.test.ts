import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenBatches, resultOf } from '../result.builder.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { maximumVerdict } from './maximum.ts'
import { meanVerdict } from './mean.ts'
import { percentileVerdict } from './percentile.ts'

/** 2 000 requests of `responseMs(i)`, and 80 others that time out. */
function silent(responseMs: (i: number) => number): LoadResult {
  return resultOf({
    batches: eachWith(evenBatches(40, 50, responseMs), () => ({ errors: { timeout: 2 } })),
  })
}

/** Lines that explain a fail. */
function explained(run: LoadResult, judged: (run: LoadResult) => JudgedVerdict): readonly string[] {
  const { verdict, why, details } = judged(run)
  expect(verdict).toBe('fail')
  const lines = details.filter((line) => /service time|response|milliseconds/.test(line))
  expect(why).toBe(lines[0])
  return lines
}

function p99(limitMs: number, of: 'response' | 'service' = 'response') {
  return (run: LoadResult): JudgedVerdict => percentileVerdict(run, run, { percentile: 99, limitMs, of })
}

describe('the cause of a fail', () => {
  const SILENT = '80 requests without a response count as over every limit'

  test('is the requests without a response when the others are below the limit', () => {
    expect(
      explained(
        silent(() => 10),
        p99(50),
      ),
    ).toEqual([SILENT])
    expect(
      explained(
        silent(() => 10),
        p99(50, 'service'),
      ),
    ).toEqual([SILENT])
    expect(
      explained(
        silent(() => 10),
        (run) => maximumVerdict(run, run, { limitMs: 50 }),
      ),
    ).toEqual([SILENT])
  })

  test('is the target when the requests with a response are over the limit, too', () => {
    expect(
      explained(
        silent(() => 60),
        p99(50),
      ),
    ).toEqual(['service time p99 60.0 ms: the target itself was slow', SILENT])
  })

  test('is the target for a service time, however long requests waited before it', () => {
    const waiting = resultOf({ batches: evenBatches(40, 50, () => 200), serviceMs: () => 60 })
    expect(explained(waiting, p99(50, 'service'))).toEqual(['service time p99 60.0 ms: the target itself was slow'])
    expect(explained(waiting, p99(50))[0]).toContain('service time p99 60.0 ms: requests waited')
  })

  test('names the figure that the verdict judges', () => {
    const rare = resultOf({ batches: evenBatches(40, 50, (i) => (i === 1_000 ? 500 : 10)) })
    expect(explained(rare, (run) => maximumVerdict(run, run, { limitMs: 100 }))).toEqual([
      'service time maximum 500 ms: the target itself was slow',
    ])
    const twofold = resultOf({ batches: evenBatches(40, 50, (i) => (i % 4 === 0 ? 410 : 10)) })
    expect(explained(twofold, (run) => meanVerdict(run, run, { limitMs: 80 }))).toEqual([
      'service time mean 110 ms: the target itself was slow',
    ])
  })

  test('does not count requests without a response for a mean', () => {
    expect(
      explained(
        silent(() => 60),
        (run) => meanVerdict(run, run, { limitMs: 50 }),
      ),
    ).toEqual(['service time mean 60.0 ms: the target itself was slow'])
  })
})
