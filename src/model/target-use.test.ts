import { expect, test } from 'vitest'
import { targetUse } from './target-use.ts'
import type { TargetSample } from './result.ts'

function sample(atMs: number, figures: Partial<TargetSample>): TargetSample {
  return {
    atMs,
    cpuPercent: null,
    busiestProcessCpuPercent: null,
    rssMb: null,
    openSockets: null,
    bytesIn: null,
    bytesOut: null,
    ...figures,
  }
}

test('adds up CPU time and bytes, and divides them by the time of the samples that have them', () => {
  const use = targetUse([
    sample(1_000, { cpuPercent: 50, rssMb: 80, bytesIn: 1_000, bytesOut: 4_000 }),
    sample(3_000, { cpuPercent: 20, rssMb: 120, bytesIn: 3_000, bytesOut: 2_000 }),
    sample(4_000, { rssMb: 90 }),
  ])
  expect(use).toEqual({
    cpuSeconds: 0.9,
    cpuPercent: 30,
    maxRssMb: 120,
    bytesIn: 4_000,
    bytesOut: 6_000,
    bytesInPerS: 4_000 / 3,
    bytesOutPerS: 2_000,
  })
})

test('has null for what no sample has', () => {
  expect(Object.values(targetUse([sample(1_000, {})]))).toEqual(Array(7).fill(null))
  expect(Object.values(targetUse([]))).toEqual(Array(7).fill(null))
})
