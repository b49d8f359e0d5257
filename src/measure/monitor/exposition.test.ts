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
])('%s is no metric', (line) => {
  expect(parseExposition(line)).toEqual([])
})
