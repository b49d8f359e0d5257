import { describe, expect, it } from 'vitest'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { evenStretches, resultOf } from '../result.case.ts'
import { bottleneckOf, type BottleneckEvidence } from './bottleneck.ts'
import { openOutcome } from './trial.case.ts'

const machine = { cpus: 2, memoryMb: 8_000 }
const pool = (fullRatio: number): Partial<LoadResult> => ({ pool: { size: 100, peakInUse: 100, fullRatio } })

function measured(serviceMs: number, rest: Partial<LoadResult> = {}): LoadResult {
  return resultOf({ stretches: evenStretches(8, 20, () => serviceMs), rest })
}

/** A target on this machine, sampled three times; the first sample is one of rest. */
function target(cpuPercent: number, rssMb = 100, pids = [1]): Partial<LoadResult> {
  const sample: TargetSample = { atMs: 1_000, cpuPercent, rssMb, openSockets: 100, bytesIn: 0, bytesOut: 0 }
  return { target: { url: 'http://127.0.0.1:1/', pids, samples: [{ ...sample, cpuPercent: 0 }, sample, sample] } }
}

function found(overloaded: LoadResult, more: Partial<BottleneckEvidence> = {}): ReturnType<typeof bottleneckOf> {
  return bottleneckOf({ calm: measured(10, target(5)), overloaded, toolRanOut: [], machine, ...more })
}

describe('what ran out first', () => {
  it.each([
    ['a full core of one process', 'target-cpu', measured(50, target(97))],
    ['full cores of two processes', 'target-cpu', measured(50, target(190, 100, [1, 2]))],
    ['memory', 'target-memory', measured(50, target(97, 7_000))],
    ['answers that wait while the CPU idles', 'downstream-wait', measured(250, target(4))],
    [
      'connections that are all busy with an unslowed target',
      'connections',
      measured(10, { ...target(30), ...pool(0.9) }),
    ],
  ])('%s → %s', (_, resource, overloaded) => {
    expect(found(overloaded)).toMatchObject({ resource })
  })

  it('is not the CPU of one of two processes', () => {
    expect(found(measured(11, target(97, 100, [1, 2]))).resource).toBeNull()
  })

  it('is the network of a remote target when its bytes come close to a link', () => {
    const remote = { target: { url: 'http://example.test/', pids: [], samples: [] }, bytesReceived: 0.9 * 250e6 }
    expect(found(measured(50, { ...remote, durationMs: 2_000 })).resource).toBe('network')
    expect(found(measured(50, { ...remote, durationMs: 2_000, bytesReceived: 1e8 })).resource).toBeNull()
  })

  it('is the tool itself before anything else, with what it could not do', () => {
    const late = openOutcome('step', 16_000, {
      verdict: 'invalid',
      reasons: ['schedule lag p99 80.0 ms'],
      toolRanOut: true,
    })
    expect(found(measured(50, target(97)), { toolRanOut: [late] })).toEqual({
      resource: 'generator',
      evidence: [
        'at 16000 req/s: schedule lag p99 80.0 ms',
        'the generator used 12% of a core in 1 thread(s), its event loop was busy 20% of the time',
      ],
    })
  })

  it('is unknown, and says why, when the target was not watched', () => {
    expect(found(measured(250))).toEqual({
      resource: null,
      evidence: [
        "the target's CPU and memory were not seen: monitor is off",
        'the generator was not the limit: its event loop was busy 20% of the time',
        'mean service time 10 ms calm, 250 ms beyond the limit',
      ],
    })
  })
})
