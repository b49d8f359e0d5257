import { expect, test } from 'vitest'
import { hgrm } from './hgrm.ts'
import { HOSTILE_NAME, HUNDRED, runsOf } from './runs.builder.ts'

test('has the percentiles in the columns that the plotter of HdrHistogram reads', () => {
  const [file] = hgrm.render(runsOf([{ name: 'checkout API > holds' }]))
  expect(file?.fileName).toBe('checkout-api-holds.hgrm')
  const lines = file?.text.split('\n') ?? []
  expect(lines[0]?.trim().split(/\s{2,}| (?=Total|1)/)).toEqual([
    'Value',
    'Percentile',
    'TotalCount',
    '1/(1-Percentile)',
  ])
  const rows = lines.filter((line) => /^\s+\d/.test(line)).map((line) => line.trim().split(/\s+/).map(Number))
  expect(rows.length).toBeGreaterThan(20)
  for (const [valueMs = 0, percentile = 0, count = 0, inverse] of rows) {
    expect(HUNDRED.filter((ms) => ms <= valueMs * 1.001)).toHaveLength(count)
    expect(count / 100).toBeGreaterThanOrEqual(percentile - 1e-9)
    if (percentile < 1) expect(inverse).toBeCloseTo(1 / (1 - percentile), 1)
  }
  expect(lines.find((line) => line.startsWith('#[Max'))).toMatch(/= +100\.\d+, Total count += +100\]/)
})

test('gives each result a file with a unique name inside the folder', () => {
  const names = [HOSTILE_NAME, HOSTILE_NAME, '../../etc/passwd', '', '日本', 'x'.repeat(500)]
  const files = hgrm.render(runsOf(names.map((name) => ({ name }))))
  expect(new Set(files.map(({ fileName }) => fileName)).size).toBe(names.length)
  expect(files.filter(({ fileName }) => !/^[a-z0-9][a-z0-9-]{0,90}\.hgrm$/.test(fileName))).toEqual([])
})

test('a result without times has none', () => {
  expect(hgrm.render(runsOf([{ responseTime: { count: 0 } }]))).toEqual([])
})
