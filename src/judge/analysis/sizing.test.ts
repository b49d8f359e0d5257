import { describe, expect, it } from 'vitest'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { sizingOf, type SizingEvidence } from './sizing.ts'
import { sizingReason } from '../../wording/sizing.ts'

function sample(second: number, cpuPercent: number | null, rssMb: number | null): TargetSample {
  return {
    atMs: 1_000 * second,
    cpuPercent,
    busiestProcessCpuPercent: cpuPercent,
    rssMb,
    openSockets: 1,
    bytesIn: null,
    bytesOut: null,
  }
}

/** 10 s at 400 req/s with a response time of 20 ms; the first sample covers the start of the run. */
function run(cpuPercent: number | null, rssMb: number | null): LoadResult {
  const samples = [sample(1, 0, rssMb), sample(2, cpuPercent, rssMb), sample(3, cpuPercent, rssMb)]
  const target = { url: 'http://127.0.0.1:3000/', pids: [1], samples }
  return resultOf({ batches: evenBatches(40, 100, () => 20), rest: { target } })
}

function sized(rest: Partial<SizingEvidence> = {}): ReturnType<typeof sizingOf> {
  const at = run(40, 100)
  return sizingOf({ carriedRps: 400, peakRps: 1_000, at, all: [at], ...rest })
}

describe('sizing for the peak', () => {
  it('follows from the measurements with headroom, and explains each figure', () => {
    expect(sized()).toEqual({
      // 1 000 / (400 / 2); 200 req/s × 1 ms × 2; 2 × 100 MB in steps of 64; 3 × 200 req/s × 20 ms.
      instances: 5,
      coresPerInstance: 1,
      memoryMbPerInstance: 256,
      maxConnections: 12,
      loadBalancer: true,
      basis: 'measured',
      why: [
        expect.objectContaining({ code: 'rate', sustainedRps: 400, plannedRps: 200, headroom: 2, peakRps: 1_000 }),
        expect.objectContaining({ code: 'cpu', cpuMsPerRequest: 1, plannedRps: 200, cores: 0.2, headroom: 2 }),
        expect.objectContaining({ code: 'memory', maxMb: 100, headroom: 2 }),
        expect.objectContaining({ code: 'connections', concurrentRequests: expect.closeTo(4, 1), headroom: 3 }),
      ],
    })
  })

  it.each([
    [200, 1],
    [201, 2],
    [400, 2],
    [401, 3],
  ])('needs, for a peak of %d req/s with 200 req/s per instance, %d instance(s)', (peakRps, instances) => {
    expect(sized({ peakRps })).toMatchObject({ instances, loadBalancer: instances > 1 })
  })

  it('has twice the cores that the requests use', () => {
    // 400 req/s at 380% of a core use 9.5 ms each; 200 req/s use 1.9 cores, and 3.8 with the headroom.
    expect(sized({ at: run(380, 100) }).coresPerInstance).toBe(4)
  })

  it('has one core, and says that the CPU time is a maximum, when the target used too little to measure it', () => {
    const { coresPerInstance, basis, why } = sized({ at: run(0, 100) })
    expect({ coresPerInstance, basis }).toEqual({ coresPerInstance: 1, basis: 'measured' })
    // A step of 10 ms for 2 s × 400 requests.
    expect(why).toContainEqual(expect.objectContaining({ code: 'cpu', cpuMsPerRequest: 0.0125, isBound: true }))
  })

  it('has twice the maximum memory of all runs', () => {
    expect(sized({ all: [run(10, 100), run(40, 300), run(10, 90)] }).memoryMbPerInstance).toBe(640)
  })

  it('is an estimate, with nulls and a reason, when the target was not monitored', () => {
    const unseen = resultOf({ batches: evenBatches(40, 100, () => 20) })
    expect(sized({ at: unseen, all: [unseen] })).toMatchObject({
      instances: 5,
      coresPerInstance: null,
      memoryMbPerInstance: null,
      maxConnections: 12,
      basis: 'estimated',
      why: [
        { code: 'rate' },
        { code: 'cpu-unknown', why: 'monitor is off' },
        { code: 'memory-unknown', why: 'monitor is off' },
        { code: 'connections' },
      ],
    })
  })

  it.each([null, 0])('is unknown when the sustained rate is %s', (carriedRps) => {
    expect(sized({ carriedRps })).toEqual({
      instances: null,
      coresPerInstance: null,
      memoryMbPerInstance: null,
      maxConnections: null,
      loadBalancer: null,
      basis: 'estimated',
      why: [sizingReason({ code: 'no-rate-sustained' })],
    })
  })
})
