import { expect, test } from 'vitest'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { cpuPerRequest } from './cpu-per-request.ts'

/** 10 s at `rate`, with a sample per second of a target that uses so much CPU, in % of a core. */
function run(cpuPercents: readonly (number | null)[], rate = 400): LoadResult {
  const samples = cpuPercents.map((cpuPercent, index): TargetSample => ({
    atMs: 1_000 * (index + 1),
    cpuPercent,
    busiestProcessCpuPercent: cpuPercent,
    rssMb: null,
    openSockets: null,
    bytesIn: null,
    bytesOut: null,
  }))
  const target = { url: 'http://127.0.0.1:3000/', pids: [1], samples }
  return resultOf({ batches: evenBatches(40, rate / 4, () => 20), rest: { target } })
}

test.each([
  // 40% of a core are 400 ms per second, for 400 requests. The first sample does not count.
  ['a busy target', run([90, 40, 40]), { ms: 1, isBound: false }],
  ['a target with a single sample', run([40]), { ms: 1, isBound: false }],
  ['a target with a second that was not sampled', run([0, 40, null, 40]), { ms: 1, isBound: false }],
  // One step of 10 ms in 2 s, and perhaps nearly another, for 40 requests.
  ['a target that used less than it takes to measure it', run([0, 1, 0], 20), { ms: 0.5, isBound: true }],
  ['an idle target', run([0, 0, 0], 20), { ms: 0.25, isBound: true }],
])('is the CPU time of %s per request', (_, result, expected) => {
  expect(cpuPerRequest(result)).toEqual({ ...expected, ms: expect.closeTo(expected.ms, 6) })
})

test('is unknown for a target that was not monitored', () => {
  expect(cpuPerRequest(run([]))).toBeNull()
  expect(cpuPerRequest(run([null, null]))).toBeNull()
})
