import { expect, it } from 'vitest'
import { parseExposition } from './exposition.ts'

it.each([
  ['up 1', 'up', {}, 1],
  ['process_cpu_seconds_total 12.47 1395066363000', 'process_cpu_seconds_total', {}, 12.47],
  ['http_requests_total{method="post",code="200"} 1027', 'http_requests_total', { method: 'post', code: '200' }, 1_027],
  ['spaced { a = "b" , } 2', 'spaced', { a: 'b' }, 2],
  [String.raw`path{dir="C:\\a\"b}\n"} 1.5e3`, 'path', { dir: 'C:\\a"b}\n' }, 1_500],
  ['bucket{le="+Inf"} 144320 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.789', 'bucket', { le: '+Inf' }, 144_320],
  ['most +Inf', 'most', {}, Infinity],
  ['least -Inf', 'least', {}, -Infinity],
  ['unknown NaN', 'unknown', {}, Number.NaN],
  ['  indented\t7\r', 'indented', {}, 7],
])('%s', (line, name, labels, value) => {
  expect(parseExposition(line)).toEqual([{ name, labels, value }])
})

it('returns only the lines with the given names', () => {
  const read = parseExposition('up 1\nprocess_threads 4\nprocess_threads_max 9\n# EOF\n', new Set(['process_threads']))
  expect(read).toEqual([{ name: 'process_threads', labels: {}, value: 4 }])
})

it.each([
  ['one unterminated label', `up{${'a'.repeat(1_000_000)}} 1`],
  ['unterminated quotes', `up{${'"a" '.repeat(250_000)}`],
  ['unterminated commas', `up{${','.repeat(1_000_000)}} 1`],
  ['unterminated blanks', `up${' '.repeat(1_000_000)}{`],
])('parses a megabyte with %s in linear time', (_, line) => {
  const startMs = performance.now()
  parseExposition(line)
  // Linear time takes milliseconds; quadratic time takes minutes.
  expect(performance.now() - startMs).toBeLessThan(5_000)
})

it.each([
  '',
  '# HELP up Is it?',
  '# TYPE up gauge',
  '# EOF',
  '<!doctype html>',
  '<a href="x">1 2</a>',
  'up',
  'up {',
  'up yes',
  '1up 1',
])('finds no metric in: %s', (line) => {
  expect(parseExposition(line)).toEqual([])
})
