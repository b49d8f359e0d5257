import { expect, test } from 'vitest'
import { recordOf, resultOf } from './run-record.builder.ts'
import { testProperties } from './test-properties.ts'

test('has the worst verdict and the figures of each result, without times that were not measured', () => {
  const results = [resultOf(), resultOf({ responseTime: { count: 0 }, achievedRps: 499.123_456_7 })]
  const properties = testProperties(recordOf({ results }))
  expect(Object.fromEntries(properties.map(({ name, value }) => [name, value]))).toEqual({
    'load.verdict': 'fail',
    'load.offeredRps': '500',
    'load.achievedRps': '499.9',
    'load.rateUnit': 'req/s',
    'load.requests': '15000',
    'load.errors': '3',
    'load.dropped': '0',
    'load.errorRate': '0.0002',
    'load.p50Ms': '12.1',
    'load.p95Ms': '40.2',
    'load.p99Ms': '83.2',
    'load.seed': '8f2c1e',
    'load.2.offeredRps': '500',
    'load.2.achievedRps': '499.123',
    'load.2.rateUnit': 'req/s',
    'load.2.requests': '15000',
    'load.2.errors': '3',
    'load.2.dropped': '0',
    'load.2.errorRate': '0.0002',
    'load.2.seed': '8f2c1e',
  })
})

test('a suite with many results has the properties of the first ten', () => {
  const results = Array.from({ length: 30 }, () => resultOf())
  const seeds = testProperties(recordOf({ results, verdicts: [] })).filter(({ name }) => name.endsWith('.seed'))
  expect(seeds).toHaveLength(10)
})
