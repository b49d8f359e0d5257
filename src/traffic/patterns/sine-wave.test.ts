import { expect, test } from 'vitest'
import { curveFrom, sineWave, rateParameterOf } from './index.ts'
import { allArrivals, describePattern } from './patterns.conformance.ts'

const planned = { durationMs: 60_000, seed: 'a' }

describePattern(sineWave({ rate: 20 }))
describePattern(sineWave({ rate: 15, amplitude: 1, periodMs: 7_000 }))
describePattern(sineWave({ rate: 15, amplitude: 0, periodMs: 7_000 }))

test.each([
  { atMs: 0, rate: 80 },
  { atMs: 7_500, rate: 144 },
  { atMs: 15_000, rate: 80 },
  { atMs: 22_500, rate: 16 },
  { atMs: 30_000, rate: 80 },
])('sine 80/s ± 80% over 30 s is at $rate/s after $atMs ms', ({ atMs, rate }) => {
  expect(curveFrom(sineWave({ rate: 80 }), planned).rateAt(atMs)).toBeCloseTo(rate, 9)
})

test('whole periods have as many arrivals as a constant mean rate', () => {
  expect(allArrivals(curveFrom(sineWave({ rate: 80 }), planned), 'uniform')).toHaveLength(4_800)
  expect(allArrivals(curveFrom(sineWave({ rate: 80, amplitude: 1 }), planned), 'uniform')).toHaveLength(4_800)
})

test('a wave longer than the run has its peak at the end of the run', () => {
  const pattern = curveFrom(sineWave({ rate: 100, amplitude: 1, periodMs: 360_000 }), {
    durationMs: 30_000,
    seed: 'a',
  })
  expect(pattern.peakRps).toBeCloseTo(150, 9)
})

test('sine-wave as a name has an amplitude of 0.8 and a period of 30 s', () => {
  expect(rateParameterOf('sine-wave')).toBe('rate')
  expect(sineWave({ rate: 80 })).toEqual(sineWave({ rate: 80, amplitude: 0.8, periodMs: 30_000 }))
})
