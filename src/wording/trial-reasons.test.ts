import { expect, test } from 'vitest'
import type { TrialReasonFacts } from '../model/trial-reason.ts'
import { trialReason } from './trial-reasons.ts'

test.each<[TrialReasonFacts, string]>([
  [
    { code: 'undispatched', undispatched: 1_204, scheduled: 15_000, unit: 'request' },
    'the generator did not dispatch 1 204 of 15 000 requests: it could not keep up',
  ],
  [
    { code: 'undispatched', undispatched: 3, scheduled: 60, unit: 'journey' },
    'the generator did not dispatch 3 of 60 journeys: it could not keep up',
  ],
  [
    { code: 'schedule-lag', lagMs: 80, allowedMs: 10 },
    'schedule lag p99 80.0 ms, allowed 10.0 ms: the generator was late',
  ],
  [{ code: 'generator-saturated' }, 'the generator could not keep up, so its own delays may be part of the latency'],
  [
    { code: 'sent-late', lagMs: 1_990 },
    'the generator was up to 1 990 ms late and then sent all overdue requests at once: apart from that time and its aftermath, this is not a fail',
  ],
  [
    { code: 'lag-decides', figure: 'p99', withoutLagMs: 41.2, undispatched: 3, lagMs: 80 },
    'the generator was late (3 requests not dispatched, schedule lag p99 80.0 ms); without that delay, p99 is 41.2 ms',
  ],
  [
    { code: 'lag-decides', figure: 'p99', withoutLagMs: null, undispatched: 0, lagMs: 80 },
    'the generator was late (schedule lag p99 80.0 ms)',
  ],
  [
    { code: 'lag-decides', figure: 'p99', withoutLagMs: 41.2, undispatched: 0, lagMs: null },
    'the generator was late; without that delay, p99 is 41.2 ms',
  ],
  [{ code: 'no-descriptors' }, 'the generator had no file descriptors left'],
  [{ code: 'no-ports' }, 'the generator had no local ports left'],
  [
    { code: 'cores-taken', cpuPercent: 182, waitMs: 412, lagMs: 76.4 },
    'other processes used 182% of a core, the target waited for a core for up to 412 ms in a second and the generator ' +
      'was up to 76.4 ms late: without these delays, this is not a fail',
  ],
  [
    { code: 'cores-taken', cpuPercent: 182, waitMs: 0, lagMs: 76.4 },
    'other processes used 182% of a core, the generator was up to 76.4 ms late: without these delays, this is not a fail',
  ],
  [
    { code: 'cores-shared', generatorPercent: 55, targetPercent: 44 },
    'the generator (55% of a core) and the target (44%) filled the cores: without the generator, the target may not fail',
  ],
  [{ code: 'generator-busy', busyRatio: 0.966 }, 'the generator was busy, or waited for a core, 96.6% of the time'],
  [{ code: 'generator-stopped', stoppedRatio: 0.5 }, 'the generator did not run for 50% of the time'],
  [
    { code: 'requests-piled-up', inFlightGrowth: 0.0333 },
    'requests piled up: 3.33% of the arrivals remained in flight',
  ],
  [{ code: 'few-completed', completedShare: 0.89 }, 'only 89% of the arrivals completed in time'],
  [{ code: 'late-requests', lateShare: 0.02, limitMs: 250 }, '2% of the requests took longer than 250 ms'],
  [{ code: 'failed-requests', failedShare: 1 }, '100% of the requests failed'],
  [{ code: 'p99-not-proven', lateRequests: 12, requests: 1_200 }, '12 late requests of 1 200 do not prove a p99'],
  [{ code: 'p99-not-proven', lateRequests: 1, requests: 400 }, '1 late request of 400 does not prove a p99'],
  [
    { code: 'error-rate-not-proven', failedRequests: 4, requests: 400 },
    '4 failed requests of 400 do not prove the error rate',
  ],
])('formats %o', (facts, message) => {
  expect(trialReason(facts)).toEqual({ ...facts, message })
})
