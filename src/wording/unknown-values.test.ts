import { expect, test } from 'vitest'

import type { UnknownReason } from '../model/unknown-value.ts'
import { unknownSentence } from './unknown-values.ts'

test.each<[UnknownReason, string]>([
  [
    { code: 'too-short', lengthMs: 2_000, requiredMs: 10_000 },
    'CPU: unknown, because a phase of 2 s is too short; use at least -d 10',
  ],
  [
    {
      code: 'not-shown',
      rps: 60.04,
      verdict: 'inconclusive',
      trialReason: { code: 'p99-not-proven', lateRequests: 0, requests: 204 },
      requiredMs: 9_900,
    },
    'CPU: unknown, because no tested rate was shown to meet the service level; the lowest was 60 req/s: 0 late requests of 204 do not prove a p99; use at least -d 10',
  ],
  [
    { code: 'not-shown', rps: 60, verdict: 'fail', trialReason: { code: 'failed-requests', failedShare: 0.12 } },
    'CPU: unknown, because no tested rate was shown to meet the service level; the lowest was 60 req/s: 12% of the requests failed',
  ],
  [
    { code: 'not-shown', rps: 60, verdict: 'invalid' },
    'CPU: unknown, because no tested rate was shown to meet the service level; the lowest was 60 req/s: its verdict was invalid',
  ],
  [{ code: 'no-response' }, 'CPU: unknown, because the target responded to no request'],
  [
    { code: 'not-monitored', evidence: 'monitor is off' },
    'CPU: unknown, because the target was not monitored (monitor is off)',
  ],
  [{ code: 'little-cpu' }, 'CPU: unknown, because the target used too little CPU time to measure it'],
  [
    { code: 'no-reconnect', lengthMs: 500, requiredMs: 8_000 },
    'CPU: unknown, because no request succeeded within 500 ms after a connection was closed; if the target accepts new connections, use at least -d 8',
  ],
])('formats %j with a remedy', (reason, sentence) => {
  expect(unknownSentence({ value: 'CPU', reason })).toBe(sentence)
})
