import { describe, expect, it } from 'vitest'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { searchMemoryGrowth } from './search-memory.ts'

/** Six runs of 8 s, one every 10 s, at 100 req/s, with one sample per second. */
function runs(rssMbAt: (second: number) => number): readonly LoadResult[] {
  return Array.from({ length: 6 }, (_, run) => {
    const samples = Array.from({ length: 8 }, (__, i): TargetSample => {
      const rssMb = rssMbAt(10 * run + i + 1)
      const nothing = { cpuPercent: 5, busiestProcessCpuPercent: 5, openSockets: 1, bytesIn: null, bytesOut: null }
      return { atMs: 1_000 * (i + 1), rssMb, ...nothing }
    })
    const startedAt = new Date(Date.UTC(2026, 0, 1) + 10_000 * run).toISOString()
    const rest = { startedAt, target: { url: 'http://127.0.0.1:1/', pids: [1], samples } }
    return resultOf({ batches: evenBatches(32, 25, () => 10), rest })
  })
}

describe('the memory of a target over a search', () => {
  it('grows by the slope over all runs, and by the bytes per request', () => {
    const growth = searchMemoryGrowth(runs((second) => 100 + 2 * second))
    expect((growth?.mbPerMinute ?? 0) / 120).toBeGreaterThan(0.95)
    expect((growth?.mbPerMinute ?? 0) / 120).toBeLessThan(1.05)
    // 2 MiB per second, and 100 requests in 0.8 of the seconds: 26.2 kB per request.
    expect((growth?.bytesPerRequest ?? 0) / 26_214).toBeGreaterThan(0.85)
    expect((growth?.bytesPerRequest ?? 0) / 26_214).toBeLessThan(1.15)
  })

  it('does not grow when it settles after its first runs', () => {
    expect(searchMemoryGrowth(runs((second) => Math.min(120, 80 + 3 * second)))).toBeUndefined()
  })

  it('is undefined without samples', () => {
    expect(searchMemoryGrowth([resultOf({ batches: [] })])).toBeUndefined()
  })
})
