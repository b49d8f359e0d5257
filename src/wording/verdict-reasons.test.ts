import { expect, test } from 'vitest'

import type { VerdictReason } from '../model/verdict.ts'
import { reasonSentence } from './verdict-reasons.ts'

const sentences: readonly (readonly [VerdictReason, string])[] = [
  [
    { code: 'too-few-for-percentile', percentile: 99, requests: 40, requiredRequests: 100 },
    'a p99 needs at least 100 requests, this run has 40: run longer, or assert p95',
  ],
  [
    { code: 'too-few-for-percentile', percentile: 99.9, requests: 400, requiredRequests: 1_000 },
    'a p99.9 needs at least 1 000 requests, this run has 400: run longer, or assert p99',
  ],
  [
    { code: 'too-few-for-percentile', percentile: 50, requests: 1, requiredRequests: 2 },
    'a p50 needs at least 2 requests, this run has 1: run longer, or assert a maximum',
  ],
  [
    { code: 'too-few-for-percentile', percentile: 95, requests: 10, requiredRequests: 20 },
    'a p95 needs at least 20 requests, this run has 10: run longer, or assert p90',
  ],
  [{ code: 'short-span', spanMs: 2_500, requiredMs: 10_000 }, 'a run of 2.5 s proves only a clear breach'],
  [
    { code: 'few-batches', batches: 11, requiredBatches: 20 },
    'only 11 of the 20 time batches needed to estimate autocorrelation have requests',
  ],
  [
    { code: 'correlated', requests: 6_000, effective: 66 },
    'requests are correlated: 6 000 of them count as 66 independent ones',
  ],
  [
    { code: 'slow-variation', requests: 1_000, effective: 24 },
    'latencies vary more slowly than this run: 1 000 requests count as 24 independent ones',
  ],
  [
    { code: 'few-batches', batches: 11, requiredBatches: 20, counted: 'value' },
    'only 11 of the 20 time batches needed to estimate autocorrelation have values',
  ],
  [
    { code: 'slow-variation', requests: 1_000, effective: 24, counted: 'gap' },
    'gaps vary more slowly than this run: 1 000 gaps count as 24 independent ones',
  ],
  [{ code: 'all-requests-wrong', requests: 20, counted: 'value' }, 'all 20 values were over the limit'],
  [{ code: 'possible-outages', outageMs: 500, requiredMs: 149_500 }, 'a run this short can miss outages of 500 ms'],
  [{ code: 'all-requests-wrong', requests: 20 }, 'all 20 requests were over the limit'],
  [
    { code: 'all-batches-wrong', batches: 5, share: 0.525 },
    'in each of 5 time batches more than 52.5% of the requests were over the limit',
  ],
  [
    { code: 'backlog-wanders', requests: 61, allowed: 24 },
    'the number in flight varied by 61 requests, which hides a shortfall of up to 24',
  ],
  [
    { code: 'rate-missed', maxRps: 7.5, offeredRps: 100, windowMs: 400 },
    'the target completed at most 7.5 req/s in any 400 ms, but 100 req/s arrived',
  ],
]

test.each(sentences)('formats %o', (reason, sentence) => {
  expect(reasonSentence(reason)).toBe(sentence)
})
