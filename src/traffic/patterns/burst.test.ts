import { expect, test } from 'vitest'
import { burst, curveFrom } from './index.ts'
import { describePattern } from './patterns.conformance.ts'

describePattern(burst({ rate: 5 }))
describePattern(burst({ rate: 7, factor: 0.5, burstMs: 700, restMs: 0 }))
describePattern(burst({ rate: 3, factor: 4, burstMs: 1_100, restMs: 900, duration: '10.3s' }))

function runsOf(options: Parameters<typeof burst>[0], durationMs: number): readonly number[] {
  const pattern = curveFrom(burst(options), { durationMs, seed: 'a' })
  return Array.from({ length: durationMs / 100 }, (_, i) => pattern.rateAt(100 * i + 50))
}

test('burst defaults to ten times the rate for the first 5 s of every 20 s', () => {
  const spelledOut = { rate: 30, factor: 10, burstMs: 5_000, restMs: 15_000 }
  expect(runsOf({ rate: 30 }, 40_000)).toEqual(runsOf(spelledOut, 40_000))
})

test('a short run has two bursts, each followed by a rest three times as long', () => {
  expect(runsOf({ rate: 30 }, 4_000)).toEqual(runsOf({ rate: 30, burstMs: 500, restMs: 1_500 }, 4_000))
  expect(runsOf({ rate: 30, burstMs: 200 }, 4_000)).toEqual(runsOf({ rate: 30, burstMs: 200, restMs: 600 }, 4_000))
})

test.each([
  { atMs: 0, rate: 300, expected: 0 },
  { atMs: 2_500, rate: 300, expected: 750 },
  { atMs: 4_999, rate: 300, expected: 1_499.7 },
  { atMs: 5_000, rate: 30, expected: 1_500 },
  { atMs: 15_000, rate: 30, expected: 1_800 },
  { atMs: 20_000, rate: 300, expected: 1_950 },
  { atMs: 25_000, rate: 30, expected: 3_450 },
  { atMs: 60_000, rate: 300, expected: 5_850 },
])('burst 30→300/s at $atMs ms: $rate/s, $expected arrivals', ({ atMs, rate, expected }) => {
  const pattern = curveFrom(burst({ rate: 30 }), { durationMs: 60_000, seed: 'a' })
  expect(pattern.rateAt(atMs)).toBe(rate)
  expect(pattern.expectedBy(atMs)).toBeCloseTo(expected, 9)
})
