import { expect, test } from 'vitest'
import type { BottleneckFacts } from '../model/bottleneck.ts'
import { bottleneckEvidence } from './bottleneck.ts'
import { trialReason } from './trial-reasons.ts'

test.each<[BottleneckFacts, string]>([
  [
    { code: 'not-delivered', rateRps: 16_000, reason: trialReason({ code: 'no-ports' }) },
    'at 16 000 req/s: the generator had no local ports left',
  ],
  [{ code: 'not-delivered', rateRps: 50, reason: null }, 'at 50 req/s: the generator was the limit'],
  [
    { code: 'generator-use', cpuPercent: 112.4, threads: 2, busyRatio: 0.2 },
    'the generator used 112% of a core in 2 threads, and its event loop was busy 20% of the time',
  ],
  [{ code: 'generator-waited', runDelayRatio: 0.3 }, 'the generator waited for a core 30% of the time'],
  [
    { code: 'generator-had-time', busyRatio: 0.2 },
    'the generator was not the limit: its event loop was busy 20% of the time',
  ],
  [
    { code: 'thread-full', cpuPercent: 97, processes: 0, busiestPercent: 97 },
    'the target used 97% of a core, which is the maximum for one thread',
  ],
  [
    { code: 'thread-full', cpuPercent: 97, processes: 1, busiestPercent: 97 },
    'the target used 97% of a core in one process, which is the maximum for one thread',
  ],
  [
    { code: 'thread-full', cpuPercent: 98, processes: 3, busiestPercent: 97 },
    'the target used 98% of a core in 3 processes (the busiest 97%), which is the maximum for one thread',
  ],
  [
    { code: 'cores-full', cpuPercent: 195, processes: 1, machinePercent: 200 },
    'the target used 195% of a core in one process, and the machine has 200%',
  ],
  [
    { code: 'quota-full', cpuPercent: 48, quotaPercent: 50, throttledRatio: 0.93 },
    'the target used 48% of a core, and its control group allows 50% (CPU quota); the quota stopped it in 93% of the scheduling periods',
  ],
  [
    { code: 'cores-shared', targetPercent: 128, generatorPercent: 60, machinePercent: 200, runDelayRatio: 0.3 },
    'the target used 128% of a core and the generator 60%, together 188% of the 200% on this machine; the generator waited for a core 30% of the time; on a separate machine, the target may sustain more',
  ],
  [
    { code: 'cores-shared', targetPercent: 128, generatorPercent: 60, machinePercent: 200, runDelayRatio: null },
    'the target used 128% of a core and the generator 60%, together 188% of the 200% on this machine; on a separate machine, the target may sustain more',
  ],
  [
    { code: 'memory-full', usedMb: 7_012, machineMb: 8_000, calmMb: 96.4 },
    "the target used 7 012 MB of the machine's 8 000 MB, and 96.4 MB far below the limit",
  ],
  [
    { code: 'connections-full', connections: 10, serviceMs: 50.4, maxRps: 198.4, fullRatio: 0.9 },
    '10 connections, each busy for 50.4 ms per request, allow at most 198 req/s; all of them were in use 90% of the time',
  ],
  [{ code: 'pool-full', connections: 100, fullRatio: 0.614 }, 'all 100 connections were in use 61.4% of the time'],
  [
    { code: 'service-time-same', calmMs: 0.4123, overloadedMs: 0.42 },
    'the service time was 0.412 ms far below the limit and 0.420 ms here, so the target did not become slower; raise maxConnections for a higher rate',
  ],
  [
    { code: 'service-time', calmMs: 10, overloadedMs: 250 },
    'the mean service time was 10.0 ms far below the limit and 250 ms above it',
  ],
  [
    { code: 'link-full', usedMbit: 900, linkMbit: 1_000 },
    'the network traffic was 900 Mbit/s, close to the 1 000 Mbit/s of a common link',
  ],
  [
    { code: 'target-waits', calmMs: 10, overloadedMs: 250, busiestPercent: 4, cpuPercent: 6.5 },
    'the service time rose from 10.0 ms to 250 ms while no process of the target used more than 4% of a core (6.5% in total): the target waits for a downstream service, a lock, or its own workers',
  ],
  [{ code: 'nothing-full' }, 'no monitored resource was full'],
  [
    { code: 'remote-cpu', cpuPercent: 195 },
    'the target used 195% of a core; the number of cores and the memory of a remote machine are unknown',
  ],
  [{ code: 'not-monitored', why: 'monitor is off' }, "the target's CPU and memory were not monitored: monitor is off"],
  [{ code: 'not-monitored', why: null }, "the target's CPU and memory were not monitored"],
  [{ code: 'pauses-at-every-rate' }, 'the target pauses at every rate, so no resource was loaded to its limit'],
  [{ code: 'errors-at-every-rate' }, 'the target responds with errors at every rate, so no resource limits it'],
  [{ code: 'nothing-exhausted', rateRps: 777.4 }, 'no resource was exhausted up to 777 req/s, where the search ended'],
])('formats %o', (facts, message) => {
  expect(bottleneckEvidence(facts)).toEqual({ ...facts, message })
})
