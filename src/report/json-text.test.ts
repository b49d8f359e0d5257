import { expect, test } from 'vitest'
import { jsonText } from './json-text.ts'

test('writes lists and objects of plain values on one line, and others indented', () => {
  const value = {
    name: 'cart',
    arrivals: [1, 2, 3],
    empty: {},
    times: { p50Ms: 1.5, none: null },
    runs: [{ list: [] }],
  }
  expect(jsonText(value)).toBe(`{
 "name": "cart",
 "arrivals": [1, 2, 3],
 "empty": {},
 "times": {"p50Ms": 1.5, "none": null},
 "runs": [
  {
   "list": []
  }
 ]
}`)
  expect(JSON.parse(jsonText(value))).toEqual(value)
})

test('leaves out what JSON does not have, and rounds to six decimal places', () => {
  expect(jsonText({ mean: 0.1 + 0.2, third: 1_000 / 3, large: 1e21, none: undefined, not: Number.NaN })).toBe(
    '{"mean": 0.3, "third": 333.333333, "large": 1e+21, "not": null}',
  )
})

test('keeps the digits of small numbers, and the unit of a histogram exactly', () => {
  expect(jsonText({ mean: 0.000_001_234_567_8, third: 1 / 3 })).toBe('{"mean": 0.00000123457, "third": 0.333333}')
  const resolution = 2 ** -21
  expect(JSON.parse(jsonText({ resolution }))).toEqual({ resolution })
})

test('breaks long lists', () => {
  expect(jsonText(['x'.repeat(300), 'y'.repeat(300)]).split('\n')).toHaveLength(4)
})
