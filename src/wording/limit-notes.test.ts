import { expect, test } from 'vitest'
import type { LimitNoteFacts } from '../model/limit-note.ts'
import { limitNote } from './limit-notes.ts'

test.each<[LimitNoteFacts, string]>([
  [
    {
      code: 'slow-bursts',
      rateRps: 50,
      durationMs: 12_000,
      bursts: 3,
      lateRequests: 8,
      p50Ms: 10.12,
      p99Ms: 261.3,
      seenAtRps: [50, 200],
    },
    'Slow requests occur in bursts at every rate: at 50 req/s, the lowest, 8 late requests occurred in 3 bursts within 12 s (p50 10.1 ms, p99 261 ms). Bursts were seen at 50 and 200 req/s. The search reports no rate, because a lower rate does not remove the pauses.',
  ],
  [
    {
      code: 'error-responses',
      rateRps: 50,
      failed: 125,
      requests: 125,
      errorClass: 'http-5xx',
      statuses: [{ status: '500', count: 125 }],
      first: 'HTTP 500',
    },
    'At 50 req/s, all 125 requests failed (http-5xx: status 500 125 ×). First error: HTTP 500. A lower rate does not help: check the request and the target.',
  ],
  [
    {
      code: 'error-responses',
      rateRps: 5.55,
      failed: 12,
      requests: 60,
      errorClass: 'jsonrpc',
      statuses: [],
      first: 'no such tool',
    },
    'At 5.55 req/s, 12 of 60 requests failed (jsonrpc). First error: no such tool. A lower rate does not help: check the request and the target.',
  ],
  [
    { code: 'collapse', saturatedRps: 197.4, concurrency: 100, bestRps: 399.6, bestConcurrency: 10 },
    'Throughput falls under overload: 197 req/s with 100 requests in flight, 400 req/s with 10.',
  ],
  [
    { code: 'collapse', saturatedRps: 197.4, concurrency: 100, bestRps: 390, bestConcurrency: null },
    'Throughput falls under overload: 197 req/s with 100 requests in flight, 390 req/s at a sustained rate.',
  ],
  [
    { code: 'trials-disagree', failedRps: [195], heldRps: [195, 201] },
    'Trials disagree: 195 req/s failed, 195 and 201 req/s passed. The interval is therefore wider.',
  ],
  [
    {
      code: 'memory-growth',
      mbPerMinute: 412.4,
      interval: [390.2, 434.6],
      mb: 312.3,
      requests: 16_001,
      bytesPerRequest: 20_470,
    },
    'The memory of the target grew by 312 MB during the search: 412 MB per minute (99% interval 390 to 435), 20 kB per request over 16 001 requests. This looks like a memory leak.',
  ],
])('formats %o', (facts, message) => {
  expect(limitNote(facts)).toEqual({ ...facts, message })
})
