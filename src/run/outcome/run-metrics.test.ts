import { resourceFromAttributes } from '@opentelemetry/resources'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { resultOf } from '../../report/run-record.builder.ts'
import { exportMetrics } from '../../measure/tracing/metrics.ts'
import type { TargetSample } from '../../model/result.ts'
import { metricsOf } from './run-metrics.ts'

const SAMPLE: TargetSample = {
  atMs: 1_000,
  cpuPercent: 40,
  busiestProcessCpuPercent: 40,
  rssMb: 100,
  openSockets: 12,
  bytesIn: 3_000,
  bytesOut: 7_000,
}

async function exported(
  samples: readonly TargetSample[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly { readonly temporality: unknown }[]> {
  await using collector = await startFixture('collector', {})
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
  onTestFinished(() => void vi.unstubAllEnvs())
  const result = resultOf({ target: { url: 'http://127.0.0.1:3000/', pids: [7], samples } })
  const nowMs = Date.now()
  await exportMetrics(
    metricsOf(result, [], nowMs - 2_000, nowMs),
    resourceFromAttributes({ 'service.name': 'load' }),
    env,
  )
  expect(await collector.control.violations()).toEqual([])
  return await collector.control.numbers()
}

test('what the target used is exported as sums and a gauge', async () => {
  const attributes = { 'load.generator_id': resultOf().generatorId }
  const sum = { kind: 'sum', temporality: 'cumulative' }
  const network = { name: 'load.target.network.io', ...sum, unit: 'By' }
  expect(await exported([SAMPLE, { ...SAMPLE, atMs: 2_000, rssMb: 150 }])).toEqual([
    { name: 'load.target.cpu.time', ...sum, unit: 's', attributes, value: 0.8 },
    {
      name: 'load.target.memory.usage',
      kind: 'gauge',
      temporality: undefined,
      unit: 'By',
      attributes,
      value: 150 * 2 ** 20,
    },
    { ...network, attributes: { ...attributes, 'network.io.direction': 'receive' }, value: 6_000 },
    { ...network, attributes: { ...attributes, 'network.io.direction': 'transmit' }, value: 14_000 },
  ])
})

test('what is unknown about the target is not exported', async () => {
  expect(await exported([{ ...SAMPLE, cpuPercent: null, rssMb: null, bytesIn: null, bytesOut: null }])).toEqual([])
})

test('sums are deltas where the environment prefers them', async () => {
  const numbers = await exported([SAMPLE], { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' })
  expect(numbers.map(({ temporality }) => temporality)).toEqual(['delta', undefined, 'delta', 'delta'])
})
