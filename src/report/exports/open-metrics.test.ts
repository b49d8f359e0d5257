import parse from 'parse-prometheus-text-format'
import { expect, test } from 'vitest'
import { comparedRun, judgedRun, pairsWith } from '../../schemas/findings.builder.ts'
import { resultOf } from '../run-record.builder.ts'
import { openMetrics } from './open-metrics.ts'
import { HOSTILE_NAME, runsOf } from './runs.builder.ts'

function textOf(...tests: Parameters<typeof runsOf>[0]): string {
  return openMetrics.render(runsOf(tests))[0]?.text ?? ''
}

test('has values that a parser of the format reads, with hostile labels', () => {
  const families = parse(textOf({ name: HOSTILE_NAME, errorRate: 0.123_456 }))
  const found = Object.fromEntries(families.map(({ name, metrics }) => [name, metrics]))
  const labels = { suite: 'load', test: HOSTILE_NAME.replace('::error', '\\x3a:error') }
  expect(found['load_error_ratio']).toEqual([{ labels, value: '0.123' }])
  expect(found['load_response_time_seconds']).toEqual([
    { labels: { ...labels, quantile: '0.5' }, value: '0.05' },
    { labels: { ...labels, quantile: '0.95' }, value: '0.095' },
    { labels: { ...labels, quantile: '0.99' }, value: '0.099' },
  ])
  expect(found['load_verdicts']).toContainEqual({ labels: { verdict: 'pass' }, value: '1' })
})

test('every line has the form that OpenMetrics 1.0 requires, and the last one is # EOF', () => {
  const lines = textOf({ name: 'a' }, { name: HOSTILE_NAME }).split('\n')
  expect(lines.slice(-2)).toEqual(['# EOF', ''])
  const form = /^(?:# (?:TYPE|UNIT|HELP) [a-z_]+ .+|[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+\} [\d.e+-]+)$/
  expect(lines.slice(0, -2).filter((line) => !form.test(line))).toEqual([])
  // A unit is the suffix of its name.
  for (const [, name = '', unit = ''] of lines.join('\n').matchAll(/^# UNIT (\w+) (\w+)$/gm)) {
    expect(name.endsWith(`_${unit}`)).toBe(true)
  }
})

test('has separate rates for journeys, and no offered rate in the closed model', () => {
  const journeys = resultOf({ offeredRps: 10, achievedRps: 9.5 })
  const text = textOf({ name: 'a', journeys }, { name: 'b', arrivals: 'closed' })
  expect(text.match(/^\w+_per_second\{.*/gm)).toEqual([
    'load_achieved_requests_per_second{suite="load",test="b"} 500',
    'load_offered_journeys_per_second{suite="load",test="a"} 10',
    'load_achieved_journeys_per_second{suite="load",test="a"} 9.5',
  ])
  expect(text).not.toContain('load_offered_requests_per_second')
})

test('makes two series of two results with one name, and none of a time that was not measured', () => {
  const text = textOf({ name: 'a' }, { name: 'a', responseTime: { count: 0 } })
  expect(text.match(/^load_offered_requests_per_second\{.*/gm)).toEqual([
    'load_offered_requests_per_second{suite="load",test="a"} 500',
    'load_offered_requests_per_second{suite="load",test="a [2]"} 500',
  ])
  expect(text.match(/^load_response_time_seconds\{.*a \[2\]/gm)).toBeNull()
})

test('has the ratio of each compared metric', () => {
  const { result } = judgedRun(comparedRun(pairsWith(1.15)))
  const runs = runsOf([{ name: 'a' }]).map((run) => Object.assign({}, run, { results: [result] }))
  const text = openMetrics.render(runs)[0]?.text
  expect(text).toMatch(/^load_baseline_ratio\{suite="load",test="[^"]+",metric="p50"\} 1\.15$/m)
  expect(text).toContain('# UNIT load_baseline_ratio ratio')
})
