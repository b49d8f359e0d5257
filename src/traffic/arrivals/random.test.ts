import { expect, test } from 'vitest'
import { randomFrom, sfc32, streamsFrom } from './random.ts'

function drawn(random: { next(): number }, count: number): readonly number[] {
  return Array.from({ length: count }, () => random.next())
}

function wordsOf(random: { next(): number }, count: number): readonly number[] {
  return drawn(random, count).map((u) => u * 2 ** 32)
}

test('sfc32 draws the same numbers as its C source', () => {
  expect(wordsOf(sfc32(1, 2, 3), 5)).toEqual([1936341825, 3001364500, 1029104839, 3987121759, 92551270])
  expect(wordsOf(sfc32(0xffffffff, 0x80000000, 0xdeadbeef), 3)).toEqual([3537482051, 2255806770, 2564475707])
})

test('the same seed and stream draw the same numbers on every machine and in every version', () => {
  expect(wordsOf(randomFrom('8f2c1e', 'arrivals'), 4)).toMatchInlineSnapshot(`
    [
      1764647481,
      758946024,
      1956860139,
      572187995,
    ]
  `)
  expect(wordsOf(randomFrom('8f2c1e', 'payload', 7), 2)).toMatchInlineSnapshot(`
    [
      342103277,
      2987320667,
    ]
  `)
})

test('similar seeds and streams draw unrelated numbers', () => {
  const streams = [
    ['a'],
    ['b'],
    ['a', ''],
    ['a', 'b'],
    ['ab'],
    ['a', 'b', 'c'],
    ['a', 'bc'],
    ['ab', 'c'],
    ['a', 0],
    ['a', 1],
    ['a', 10],
  ]
  const first = streams.map(([seed, ...stream]) => randomFrom(String(seed), ...stream).next())
  expect(new Set(first).size).toBe(streams.length)
})

test('numbers are uniform over [0, 1), within one stream and across adjacent streams', () => {
  const inOneStream = drawn(randomFrom('even'), 100_000)
  const overStreams = Array.from({ length: 100_000 }, (_, sequence) => randomFrom('even', sequence).next())
  for (const numbers of [inOneStream, overStreams]) {
    expect(Math.min(...numbers.slice(0, 50_000))).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers.slice(0, 50_000))).toBeLessThan(1)
    // χ² with 255 degrees of freedom: outside 150 … 390 with probability 10⁻⁷.
    const bins = new Float64Array(256)
    for (const number of numbers) bins.set([(bins[Math.floor(number * 256)] ?? 0) + 1], Math.floor(number * 256))
    const chiSquare = bins.reduce((sum, count) => sum + (count - 390.625) ** 2 / 390.625, 0)
    expect(chiSquare).toBeGreaterThan(150)
    expect(chiSquare).toBeLessThan(390)
    // The lag-1 correlation of n independent numbers is approximately N(0, 1/n).
    let product = 0
    for (let i = 1; i < numbers.length; i++) product += ((numbers[i] ?? 0) - 0.5) * ((numbers[i - 1] ?? 0) - 0.5)
    expect(Math.abs((12 * product) / numbers.length) * Math.sqrt(numbers.length)).toBeLessThan(5)
  }
})

test('streamsFrom returns the same streams as randomFrom', () => {
  const streamAt = streamsFrom('8f2c1e', 'payload', 3)
  for (const sequence of [0, 7, 10, 99, 100, 123_456, -1]) {
    expect(drawn(streamAt(sequence), 3)).toEqual(drawn(randomFrom('8f2c1e', 'payload', 3, sequence), 3))
  }
})
