import { expect, test } from 'vitest'
import type { SizingReasonFacts } from '../model/sizing.ts'
import { sizingReason } from './sizing.ts'

test.each<[SizingReasonFacts, string]>([
  [{ code: 'no-rate-sustained' }, 'the target sustained no rate, so no size can be computed'],
  [
    { code: 'rate', sustainedRps: 400, plannedRps: 200, headroom: 2, peakRps: 1_000 },
    'an instance sustained 400 req/s and is planned for 200 req/s (2 × headroom); the peak is 1 000 req/s',
  ],
  [
    { code: 'cpu', cpuMsPerRequest: 1, plannedRps: 200, cores: 0.2, headroom: 2 },
    'a request used 1.00 ms of CPU, so 200 req/s use 0.2 cores; the recommended size includes 2 × headroom',
  ],
  [
    { code: 'cpu', cpuMsPerRequest: 0.5, plannedRps: 10, cores: 0.005, headroom: 2, isBound: true },
    'a request used at most 0.500 ms of CPU, so 10 req/s use at most 0.005 cores; the recommended size includes 2 × headroom',
  ],
  [
    { code: 'cpu-unknown', why: 'monitor is off' },
    'CPU was not monitored (monitor is off), so the number of cores is unknown',
  ],
  [{ code: 'cpu-unknown', why: null }, 'CPU was not monitored, so the number of cores is unknown'],
  [
    { code: 'memory', maxMb: 100, headroom: 2 },
    'an instance used at most 100 MB; the recommended size includes 2 × headroom',
  ],
  [
    { code: 'memory-unknown', why: 'monitor is off' },
    'memory was not monitored (monitor is off), so the required memory is unknown',
  ],
  [
    { code: 'connections', concurrentRequests: 4, headroom: 3 },
    "an instance has 4 concurrent requests at that rate, by Little's law; the recommended size includes 3 × headroom",
  ],
  [{ code: 'connections-unknown' }, 'no response times were measured, so the number of connections is unknown'],
])('formats %o', (facts, message) => {
  expect(sizingReason(facts)).toEqual({ ...facts, message })
})
