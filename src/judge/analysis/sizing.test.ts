import { describe, expect, it } from 'vitest'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { evenStretches, resultOf } from '../result.case.ts'
import { sizingOf, type SizingEvidence } from './sizing.ts'

function sample(cpuPercent: number | null, rssMb: number | null): TargetSample {
  return {
    atMs: 1_000,
    cpuPercent,
    busiestProcessCpuPercent: cpuPercent,
    rssMb,
    openSockets: 1,
    bytesIn: null,
    bytesOut: null,
  }
}

/** 10 s at 400 req/s, each answered after 20 ms; the first sample is of the start. */
function run(cpuPercent: number | null, rssMb: number | null): LoadResult {
  const samples = [sample(0, rssMb), sample(cpuPercent, rssMb), sample(cpuPercent, rssMb)]
  const target = { url: 'http://127.0.0.1:3000/', pids: [1], samples }
  return resultOf({ stretches: evenStretches(40, 100, () => 20), rest: { target } })
}

function sized(rest: Partial<SizingEvidence> = {}): ReturnType<typeof sizingOf> {
  const at = run(40, 100)
  return sizingOf({ carriedRps: 400, peakRps: 1_000, at, all: [at], ...rest })
}

describe('what to run for the peak', () => {
  it('comes of what was measured, with its headroom, and says so', () => {
    expect(sized()).toEqual({
      // 1 000 / (400 / 2); 200 req/s × 1 ms × 2; 2 × 100 MB in steps of 64; 3 × 200 req/s × 20 ms.
      instances: 5,
      coresPerInstance: 1,
      memoryMbPerInstance: 256,
      maxConnections: 12,
      loadBalancer: true,
      basis: 'measured',
      why: [
        'an instance carried 400 req/s and is planned for half of it, 200 req/s (2 × headroom); the peak is 1000 req/s',
        'a request took 1 ms of CPU, so 200 req/s take 0.2 cores (2 × headroom on top)',
        'it held 100 MB at most (2 × headroom)',
        "4 requests are in it at once at that rate, by Little's law (3 × headroom)",
      ],
    })
  })

  it.each([
    [200, 1],
    [201, 2],
    [400, 2],
    [401, 3],
  ])('is enough for a peak of %d req/s where one instance is planned for 200: %d', (peakRps, instances) => {
    expect(sized({ peakRps })).toMatchObject({ instances, loadBalancer: instances > 1 })
  })

  it('has a core for each second of CPU in a second, twice', () => {
    // 400 req/s at 380% of a core are 9.5 ms each; 200 of them take 1.9 cores, and 3.8 with the headroom.
    expect(sized({ at: run(380, 100) }).coresPerInstance).toBe(4)
  })

  it('has room for the most memory that was seen in any run', () => {
    expect(sized({ all: [run(10, 100), run(40, 300), run(10, 90)] }).memoryMbPerInstance).toBe(640)
  })

  it('is an estimate, with nulls and the reason, where the target was not seen', () => {
    const unseen = resultOf({ stretches: evenStretches(40, 100, () => 20) })
    expect(sized({ at: unseen, all: [unseen] })).toMatchObject({
      instances: 5,
      coresPerInstance: null,
      memoryMbPerInstance: null,
      maxConnections: 12,
      basis: 'estimated',
      why: [
        expect.any(String),
        'its CPU was not seen (monitor is off): cores cannot be sized',
        'its memory was not seen (monitor is off): it cannot be sized',
        expect.any(String),
      ],
    })
  })

  it.each([null, 0])('is not known where %s was carried', (carriedRps) => {
    expect(sized({ carriedRps })).toEqual({
      instances: null,
      coresPerInstance: null,
      memoryMbPerInstance: null,
      maxConnections: null,
      loadBalancer: null,
      basis: 'estimated',
      why: ['no rate was carried, so nothing can be sized by it'],
    })
  })
})
