import { expect, test } from 'vitest'
import type { TargetSample } from '../../model/result.ts'
import { mergeSamples } from './merge-samples.ts'

const first: TargetSample = {
  atMs: 1_000,
  cpuPercent: 80,
  busiestProcessCpuPercent: 40,
  rssMb: 50,
  openSockets: 4,
  coreWaitMs: 30,
  bytesIn: 1_000,
  bytesOut: 100,
}
const second: TargetSample = {
  atMs: 1_250,
  cpuPercent: 40,
  busiestProcessCpuPercent: 20,
  rssMb: 60,
  openSockets: 3,
  coreWaitMs: 10,
  bytesIn: 500,
  bytesOut: null,
}

test('adds up counts, averages shares by time, and keeps the newest levels', () => {
  expect(mergeSamples({ sample: first, lengthMs: 1_000 }, { sample: second, lengthMs: 250 })).toEqual({
    atMs: 1_250,
    cpuPercent: 72,
    busiestProcessCpuPercent: 36,
    rssMb: 60,
    openSockets: 3,
    coreWaitMs: 30,
    bytesIn: 1_500,
    bytesOut: null,
  })
})

test('keeps a share that only one of the samples knows', () => {
  const unknown = { ...second, cpuPercent: null }
  const { cpuPercent } = mergeSamples({ sample: first, lengthMs: 1_000 }, { sample: unknown, lengthMs: 250 })
  expect(cpuPercent).toBe(80)
})
