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

test.each([
  [60_000, 30_000],
  [4_000, 2_000],
])('sine-wave as a name has an amplitude of 0.8, and in %i ms a period of %i ms', (durationMs, periodMs) => {
  expect(rateParameterOf('sine-wave')).toBe('rate')
  const byName = curveFrom(sineWave({ rate: 80 }), { durationMs, seed: 'a' })
  expect(byName.rateAt(periodMs / 4)).toBeCloseTo(144, 9)
  expect(byName.rateAt((3 * periodMs) / 4)).toBeCloseTo(16, 9)
  expect(byName.expectedBy(durationMs)).toBeCloseTo(0.08 * durationMs, 9)
})
