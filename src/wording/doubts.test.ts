import { describe, expect, test } from 'vitest'
import type { Doubt, DoubtFacts } from '../model/doubt.ts'
import { doubt, doubtLines } from './doubts.ts'

test.each<[DoubtFacts, string]>([
  [
    { code: 'metric-units', name: 'size', unit: 'kB', otherUnit: 'bytes' },
    'metric size was recorded in kB and in bytes, and its figures contain only the values in kB; convert the values, or use another name',
  ],
  [
    { code: 'inline-run', reason: 'request-function' },
    "the test's own thread generated the traffic because a request contains a function; other code in that thread delays it",
  ],
  [
    { code: 'cold-generator', reason: 'listen EPERM' },
    "the generator could not warm up (listen EPERM), so the first requests include its own start-up; exclude them with warmUp: '1s'",
  ],
  [{ code: 'inspector' }, 'an inspector is attached, which slows the generator; detach it'],
  [{ code: 'coverage' }, 'code coverage is collected, which slows the generator; run load tests without it'],
  [
    { code: 'steal', stealRatio: 0.05 },
    "the hypervisor gave 5% of this machine's CPU time to other machines, and latencies include those pauses; compare only runs with little steal, or use a machine with dedicated cores",
  ],
  [
    { code: 'foreign-load', cpuPercent: 85 },
    'other processes used 85% of a core; stop them, or run the load test alone',
  ],
  [
    { code: 'shared-cores', generatorPercent: 55, targetPercent: 143, cores: 2 },
    'the generator (55% of a core) and the target (143%) filled 2 cores and slowed each other down; lower the rate, or run the target on another machine',
  ],
  [
    {
      code: 'foreign-load',
      cpuPercent: 85,
      programs: [
        { name: 'postgres', cpuPercent: 62 },
        { name: 'node', cpuPercent: 11 },
      ],
    },
    "other processes used 85% of a core (postgres 62%, node 11%); stop them, or run the load test alone; if they work for the target: monitor: { also: ['postgres'] }",
  ],
  [
    { code: 'saturated-cpu', runDelayRatio: 0.124 },
    'the generator waited for a core 12.4% of the time; lower the rate, or run the generator on another machine',
  ],
  [
    { code: 'generator-busy', busyRatio: 0.966 },
    'a generator thread was busy 96.6% of the time; use more threads or a lower rate',
  ],
  [
    { code: 'slow-start', slowMs: 5_000, firstMeanMs: 80.1, restMeanMs: 20.05, warmUpMs: 15_000 },
    "the first 5 s were slower than the rest (mean 80.1 ms, then 20.1 ms); exclude them with warmUp: '15s'",
  ],
  [
    { code: 'descriptors-exhausted', failedConnections: 138, limit: 64 },
    '138 connection attempts failed because the process had no free file descriptors (limit 64); raise the limit (ulimit -n 4096) or lower maxConnections',
  ],
  [
    { code: 'ports-exhausted', failedConnections: 1, ports: null },
    '1 connection attempt failed because this machine had no free local ports; use pooled connections, lower the rate, or widen net.ipv4.ip_local_port_range',
  ],
  [
    { code: 'few-descriptors', connections: 100, limit: 64, open: 23, wanted: 4_096 },
    'this process may open 64 files and has 23 open, which leaves too few for 100 connections; raise the limit (ulimit -n 4096) or lower maxConnections',
  ],
  [
    { code: 'few-ports', rps: 999.6, heldMs: 60_000, neededPorts: 60_000, ports: 28_232 },
    '1 000 short-lived connections per second need 60 000 local ports, because each port stays in use for 1 min after its connection closes, and this machine has 28 232; use pooled connections, lower the rate, or widen net.ipv4.ip_local_port_range',
  ],
  [
    { code: 'little-memory', neededMb: 4_800, availableMb: 2_000 },
    'messages in flight may need 4 800 MB of memory, and 2 000 MB are available; lower messageSize or maxConnections',
  ],
  [
    { code: 'many-threads', threads: 4, cores: 2 },
    '4 generator threads share 2 cores with all other processes; use at most 1',
  ],
  [
    { code: 'generator-suspended', count: 1, suspendedMs: 1_990 },
    'the generator was suspended for 2 s and then sent all overdue requests at once; do not pause its process, its container or its machine during a run',
  ],
  [
    { code: 'generator-blocked', count: 3, blockedMs: 900 },
    "code in a generator thread blocked it for 900 ms in 3 pauses; move long computations out of the test's thread",
  ],
  [
    { code: 'generator-starved', count: 2, starvedMs: 700 },
    'a generator thread waited for a core for 700 ms in 2 pauses; stop other processes, or run the generator on another machine',
  ],
  [
    { code: 'unsolicited-messages', count: 1 },
    "1 unsolicited message arrived, and responses are matched by order, so unsolicited messages may have been counted as responses; identify them with ignore: { bodyIncludes: '…' } in the request, match by correlate: 'id' (WebSocket), set replies if a request has several responses, or read a greeting in a setup: { replies: 1 }",
  ],
])('formats %o', (facts, message) => {
  expect(doubt(facts)).toEqual({ ...facts, message })
})

describe('doubts of several runs', () => {
  const runWith = (...doubts: readonly DoubtFacts[]): { generator: { doubts: readonly Doubt[] } } => ({
    generator: { doubts: doubts.map(doubt) },
  })

  test('are listed once per code, with the figures of the first', () => {
    const runs = [
      runWith({ code: 'foreign-load', cpuPercent: 90 }),
      runWith({ code: 'foreign-load', cpuPercent: 40 }, { code: 'inspector' }),
      runWith(),
    ]
    expect(doubtLines(runs)).toEqual([
      'Doubt in 2 of 3 runs (figures of the first): foreign-load: other processes used 90% of a core; stop them, or run the load test alone',
      'Doubt in 1 of 3 runs: inspector: an inspector is attached, which slows the generator; detach it',
    ])
  })

  test('of one code in the same run count that run once', () => {
    const units = (name: string): DoubtFacts => ({ code: 'metric-units', name, unit: 'ms', otherUnit: 's' })
    const [line] = doubtLines([runWith(units('a'), units('b')), runWith(units('a'), units('b')), runWith()])
    expect(line).toMatch(/^Doubt in 2 of 3 runs \(figures of the first\): metric-units: metric a /)
  })

  test('omit the number of runs when there is only one run', () => {
    expect(doubtLines([runWith({ code: 'inspector' })])).toEqual([
      'Doubt: inspector: an inspector is attached, which slows the generator; detach it',
    ])
  })
})
