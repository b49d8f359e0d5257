import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  constant,
  patternDuration,
  patternIssues,
  curveFrom,
  poisson,
  rampUp,
  randomWalk,
  sequence,
  sineWave,
} from './index.ts'
import { allArrivals, describePattern } from './patterns.conformance.ts'

const planned = { durationMs: 999, seed: 'a' }

describePattern(sequence(rampUp({ to: 30, duration: '10s' }), constant({ rate: 30, duration: '5s', name: 'hold' })))
describePattern(
  sequence(
    constant({ rate: 10, duration: 5_000 }),
    constant({ rate: 0, duration: 5_000 }),
    sineWave({ rate: 20, amplitude: 1, periodMs: 3_000, duration: 9_000 }),
    sequence(randomWalk({ rate: 9, duration: 4_000 }), constant({ rate: 0.5, duration: 3_100 })),
  ),
)

const stress = sequence(
  constant({ name: 'baseline', rate: 50, duration: '10s' }),
  constant({ rate: 0, duration: '2s' }),
  sequence(
    constant({ name: 'stress', rate: 500, duration: '10s' }),
    constant({ name: 'recovery', rate: 50, duration: '10s' }),
  ),
)

test('the duration of a sequence is the sum of its parts, whatever the plan says', () => {
  expect(patternDuration(stress)).toBe(32_000)
  expect(curveFrom(stress, planned).durationMs).toBe(32_000)
})

test('named parts become phases, also inside a nested unnamed sequence', () => {
  expect(curveFrom(stress, planned).phases).toEqual([
    { name: 'baseline', startMs: 0, endMs: 10_000 },
    { name: 'stress', startMs: 12_000, endMs: 22_000 },
    { name: 'recovery', startMs: 22_000, endMs: 32_000 },
  ])
  expect(curveFrom(sequence(constant({ rate: 1, duration: 5_000 })), planned).phases).toBeUndefined()
})

test('nothing arrives in a pause: the arrival at its edge falls before it', () => {
  for (const pattern of [curveFrom(stress, planned), withoutInverse()]) {
    const arrivals = allArrivals(pattern, 'uniform')
    expect(arrivals).toHaveLength(6_000)
    expect(arrivals[499]).toBeCloseTo(10_000, 5)
    expect(arrivals[500]).toBeCloseTo(12_002, 5)
  }
})

function withoutInverse(): ReturnType<typeof curveFrom> {
  const { timeOf: _, ...pattern } = curveFrom(stress, planned)
  return pattern
}

test('the arrival at the end of a phase belongs to that phase', () => {
  const waves = sequence(
    sineWave({ name: 'waves', rate: 33, amplitude: 1, periodMs: 700, duration: 21_000 }),
    constant({ name: 'calm', rate: 10, duration: '3s' }),
  )
  const arrivals = allArrivals(curveFrom(waves, planned), 'uniform')
  expect(arrivals).toHaveLength(693 + 30)
  expect(arrivals.filter((tMs) => tMs <= 21_000)).toHaveLength(693)
})

test('places the last arrival before a pause, however the sum is rounded', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), (tenths, count) => {
      const busy = Array.from({ length: count }, () => constant({ rate: tenths / 10, duration: 10_000 / count }))
      const paused = sequence(...busy, constant({ rate: 0, duration: 60_000 }), constant({ rate: 1, duration: 2_000 }))
      expect(curveFrom(paused, planned).timeOf?.(tenths)).toBeCloseTo(10_000, 5)
    }),
  )
})

test('rejects a custom pattern as a part, and says what to write', () => {
  const formula = (): number => {
    throw new Error('must not be called')
  }
  const custom = { name: 'mine', durationMs: 5_000, rateAt: formula, expectedBy: formula }
  const hold = constant({ rate: 5, duration: '5s' })
  const pattern = sequence(hold, custom as never, sequence(custom as never, hold))
  const rule = 'cannot be a custom pattern in a sequence'
  expect(patternIssues(pattern, 'pattern')).toEqual(
    ['pattern.parts.1', 'pattern.parts.2.parts.0'].map((key) =>
      expect.objectContaining({ key, rule, remedy: expect.stringMatching(/^write fromRate\(/) as string }),
    ),
  )
})

test('two consecutive random walks differ', () => {
  const walk = randomWalk({ rate: 10, duration: '10s' })
  const pattern = curveFrom(sequence(walk, walk), planned)
  const rates = (startMs: number): readonly number[] =>
    Array.from({ length: 10 }, (_, i) => pattern.rateAt(startMs + i * 1_000))
  expect(rates(10_000)).not.toEqual(rates(0))
})

test('reports every issue of every part with its path', () => {
  const faulty = sequence(
    constant({ rate: -1, duration: '5s', name: 'a' }),
    constant({ rate: 5 }),
    poisson({ rate: 5, duration: '5s' }),
    constant({ rate: 5, duration: '5 parsecs', name: 'a' }),
    { kind: 'konstant', rate: 5 },
  )
  expect(patternIssues(faulty, 'pattern').map(({ key, value }) => [key, value])).toEqual([
    ['pattern.parts.0.rate', -1],
    ['pattern.parts.1.duration', undefined],
    ['pattern.parts.2', 'poisson'],
    ['pattern.parts.3.duration', '5 parsecs'],
    ['pattern.parts.4.kind', 'konstant'],
    ['pattern.parts', 'a'],
  ])
})

test('rejects an empty sequence and a sequence with a duration', () => {
  expect(patternIssues(sequence(), 'pattern')).toMatchObject([{ key: 'pattern.parts' }])
  const twice = { ...sequence(constant({ rate: 5, duration: 5_000 })), durationMs: 9_000 }
  expect(patternIssues(twice, 'pattern')).toMatchObject([{ key: 'pattern.duration', value: 9_000 }])
})
