import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { foundLimit } from '../../model/limits-findings.builder.ts'
import type { RunRecord } from '../../model/record.ts'
import { environment, recordOf } from '../run-record.builder.ts'
import { runRecords } from '../run-records.ts'
import { benchmark } from './benchmark.ts'
import { HOSTILE_NAME, runsOf } from './runs.builder.ts'

interface Entry {
  readonly name: string
  readonly unit: string
  readonly value: number
}

function filesOf(runs: readonly RunRecord[]): Readonly<Record<string, readonly Entry[]>> {
  const files = benchmark.render(runs).map(({ fileName, text }) => [fileName, JSON.parse(text) as readonly Entry[]])
  return Object.fromEntries(files) as ReturnType<typeof filesOf>
}

/** As github-action-benchmark's README describes the files of `customSmallerIsBetter` and `customBiggerIsBetter`. */
const SHAPE = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    required: ['name', 'unit', 'value'],
    properties: {
      name: { type: 'string', minLength: 1 },
      unit: { type: 'string' },
      value: { type: 'number' },
      range: { type: 'string' },
      extra: { type: 'string' },
    },
    additionalProperties: false,
  },
}

test('writes the format of github-action-benchmark, also with a hostile name', () => {
  const accepts = new Ajv2020().compile(SHAPE)
  const files = filesOf(runsOf([{ name: HOSTILE_NAME }]))
  expect(Object.keys(files)).toEqual(['benchmark_smaller_is_better.json', 'benchmark_bigger_is_better.json'])
  expect(Object.values(files).map((file) => accepts(file))).toEqual([true, true])
})

test('lists times and errors as better when smaller, and rates when bigger', () => {
  const files = filesOf(runsOf([{ name: 'a', errorRate: 0.01 }]))
  const shown = Object.values(files).map((file) => file.map(({ name, value, unit }) => `${name} ${value} ${unit}`))
  expect(shown).toEqual([
    ['a: p50 50 ms', 'a: p95 95 ms', 'a: p99 99 ms', 'a: error rate 1 %'],
    ['a: achieved rate 499.9 req/s'],
  ])
})

test('adds the limit of a limits run, and only the results that its verdicts refer to', () => {
  const record = recordOf({ suite: 'limits', suiteName: 'shop', findings: foundLimit, verdicts: [] })
  const files = filesOf(runRecords([{ test: 'a', record }], environment))
  expect(files).toEqual({
    'benchmark_bigger_is_better.json': [
      {
        name: 'shop: highest rate within the service level',
        unit: 'req/s',
        value: foundLimit.maxSustainableRps,
      },
    ],
  })
})
