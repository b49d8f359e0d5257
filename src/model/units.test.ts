import { expect, test } from 'vitest'
import { parseDuration } from './units.ts'

test.each([
  [1_500, 1_500],
  [0, 0],
  [-5, -5],
  ['500ms', 500],
  ['30s', 30_000],
  ['0.5s', 500],
  ['5m', 300_000],
  ['1.5h', 5_400_000],
  [' 2s ', 2_000],
])('parses %j as %d ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms)
})

test.each([
  ['5 parsecs'],
  ['30'],
  ['-1s'],
  ['1s 500ms'],
  ['.5s'],
  [''],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [null],
])('rejects %j', (written) => {
  expect(parseDuration(written)).toBeUndefined()
})
