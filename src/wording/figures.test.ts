import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatCpu,
  formatDuration,
  formatInterval,
  formatLimit,
  formatList,
  formatMb,
  formatMs,
  formatMsRange,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatQuantityLimit,
  formatQuantityRange,
  formatPlural,
  formatRate,
} from './figures.ts'

describe.each<[string, (value: number) => string, readonly (readonly [number, string])[]]>([
  [
    'a count',
    formatCount,
    [
      [0, '0'],
      [999, '999'],
      [14_970, '14 970'],
      [1_234_567.6, '1 234 568'],
      [-1_234, '-1 234'],
    ],
  ],
  [
    'a number',
    formatNumber,
    [
      [0, '0'],
      [0.41234, '0.412'],
      [8.2, '8.2'],
      [83.16, '83.2'],
      [99.94, '99.9'],
      [99.95, '100'],
      [1_204.4, '1 204'],
      [-12.345, '-12.3'],
    ],
  ],
  [
    'a time in milliseconds',
    formatMs,
    [
      [0, '0.000'],
      [0.0123, '0.012'],
      [0.4123, '0.412'],
      [0.9996, '1.00'],
      [8.236, '8.24'],
      [9.996, '10.0'],
      [79, '79.0'],
      [99.96, '100'],
      [1_204.4, '1 204'],
    ],
  ],
  [
    'a rate',
    formatRate,
    [
      [0.25, '0.25 req/s'],
      [50, '50 req/s'],
      [80.44, '80.4 req/s'],
      [1_500.2, '1 500 req/s'],
    ],
  ],
  [
    'a share',
    formatPercent,
    [
      [0, '0%'],
      [0.000_041_6, '0.0042%'],
      [0.009_574, '0.96%'],
      [0.015_34, '1.53%'],
      [0.125, '12.5%'],
      [0.61, '61%'],
      [0.999, '99.9%'],
      [0.999_96, '99.996%'],
      [0.999_512, '99.951%'],
      [1, '100%'],
      [1.534, '153%'],
    ],
  ],
  [
    'a value of a metric',
    (value: number) => formatQuantity(value, 'items'),
    [
      [41, '41 items'],
      [0.12345, '0.123 items'],
      [1_204_000, '1 204 000 items'],
    ],
  ],
  [
    'a range of values of a metric',
    (value: number) => formatQuantityRange(value, value + 0.02, ''),
    [
      [0.5, '0.5–0.52'],
      [41, '41–41.02'],
      [0, '0–0.02'],
    ],
  ],
  [
    'a limit of a metric without a unit',
    (value: number) => formatQuantityLimit(value, ''),
    [
      [0.95, '0.95'],
      [5_000_000, '5 000 000'],
    ],
  ],
  [
    'a limit in milliseconds',
    formatLimit,
    [
      [50, '50 ms'],
      [0.1234, '0.1234 ms'],
      [1_500, '1 500 ms'],
      [2_500.25, '2 500.25 ms'],
    ],
  ],
  [
    'CPU use',
    formatCpu,
    [
      [96.61, '96.6% of a core'],
      [184.6, '185% of a core'],
    ],
  ],
  [
    'memory',
    formatMb,
    [
      [0.5, '0.5 MB'],
      [31_998, '31 998 MB'],
    ],
  ],
  [
    'bytes',
    formatBytes,
    [
      [1, '1 byte'],
      [640, '640 bytes'],
      [20_992, '20.5 kB'],
      [3 * 2 ** 20, '3 MB'],
    ],
  ],
  [
    'a duration',
    formatDuration,
    [
      [0, '0 ms'],
      [0.25, '0.3 ms'],
      [12.54, '12.5 ms'],
      [354.1, '354 ms'],
      [999.7, '1 s'],
      [999, '999 ms'],
      [1_000, '1 s'],
      [1_250, '1.3 s'],
      [150_000, '2.5 min'],
      [5_400_000, '1.5 h'],
    ],
  ],
  [
    'the interval of a confidence',
    formatInterval,
    [
      [0.95, '90% interval'],
      [0.995, '99% interval'],
    ],
  ],
])('%s', (_, format, table) => {
  test.each(table)('%d is formatted as "%s"', (value, text) => {
    expect(format(value)).toBe(text)
  })
})

test('a range of times has as many digits as it takes to distinguish its ends', () => {
  expect(formatMsRange(79, 90.41)).toBe('79.0–90.4 ms')
  expect(formatMsRange(12.31, 12.34)).toBe('12.310–12.340 ms')
  expect(formatMsRange(12.3, 12.3)).toBe('12.3–12.3 ms')
})

test('a count has a noun in the singular or the plural', () => {
  expect([1, 259].map((count) => formatPlural(count, 'request'))).toEqual(['1 request', '259 requests'])
  expect(formatPlural(2, 'retry', 'retries')).toBe('2 retries')
})

test('a list ends with "and"', () => {
  expect([['195'], ['195', '201'], ['150', '195', '201']].map(formatList)).toEqual([
    '195',
    '195 and 201',
    '150, 195 and 201',
  ])
})
