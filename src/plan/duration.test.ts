import { describe, expect, test } from 'vitest'
import { LoadPlanError } from '../model/errors.ts'
import { lookTimes } from './duration.ts'
import { resolvePlan } from './resolve-plan.ts'
import { vocabulary } from './vocabulary.fixture.ts'

const complete = { target: 'http://127.0.0.1:3000', rate: 500, sla: { p95Ms: 250 } }
const range = { min: '10s', max: '60s' }

function issuesOf(change: object): readonly (readonly [key: string, rule: string])[] {
  try {
    resolvePlan({ ...complete, ...change }, vocabulary)
    return []
  } catch (error) {
    if (!(error instanceof LoadPlanError)) throw error
    return error.issues.map(({ key, rule }) => [key, rule])
  }
}

describe('a duration with a minimum and a maximum', () => {
  test('is the longest one, with the times at which the run may end', () => {
    const { durationMs, looks } = resolvePlan({ ...complete, duration: range }, vocabulary)
    expect(durationMs).toBe(60_000)
    expect(looks).toEqual({ minMs: 10_000, atMs: [10_000, 18_171, 33_019, 60_000] })
  })

  test('has no looks if it is fixed, or if each operation is sent once', () => {
    expect(resolvePlan({ ...complete, duration: '10s' }, vocabulary).looks).toBeUndefined()
    expect(resolvePlan({ ...complete, duration: range }, vocabulary, { once: '1' }).looks).toBeUndefined()
  })

  test.each([
    [{ pattern: 'poisson' }],
    [{ rate: undefined, concurrency: 5 }],
    [{ sla: undefined, against: 'http://127.0.0.1:3001', duration: { min: '80s', max: '200s' } }],
  ])('can be combined with %j', (change) => {
    expect(issuesOf({ duration: range, ...change })).toEqual([])
  })

  test.each([
    [{ sla: undefined }, 'duration', 'needs `sla` or `against`'],
    [{ judge: false }, 'duration', 'because no limit is decided'],
    [{ pattern: 'sine' }, 'duration', "only for the patterns 'constant' and 'poisson'"],
    [{ duration: { min: '60s', max: '10s' } }, 'duration.min', 'must be shorter than duration.max'],
    [{ duration: { min: '10s', max: '10s' } }, 'duration.min', 'must be shorter than duration.max'],
    [{ duration: { min: '10s' } }, 'duration.max', 'is missing'],
    [{ duration: { max: '10s' } }, 'duration.min', 'is missing'],
    [{ duration: { min: 0, max: '10s' } }, 'duration.min', 'must be longer than 0'],
    [{ duration: { ...range, mx: '10s' } }, 'duration.mx', 'is not a key of `duration`'],
  ])('cannot be combined with %j', (change, key, rule) => {
    const issues = issuesOf({ duration: range, ...change })
    expect(issues).toContainEqual([key, expect.stringContaining(rule)])
  })
})

test.each([
  [10_000, 12_000, [10_000, 12_000]],
  [10_000, 20_000, [10_000, 20_000]],
  [10_000, 40_000, [10_000, 20_000, 40_000]],
  [10_000, 60_000, [10_000, 18_171, 33_019, 60_000]],
  [1_000, 3_600_000, [1_000, 7_746, 60_000, 464_758, 3_600_000]],
  [950, 1_000, [950, 1_000]],
  [1, 50, [1, 3, 7, 19, 50]],
])('a run of %i to %i ms may end at %j', (minMs, maxMs, expected) => {
  expect(lookTimes(minMs, maxMs)).toEqual(expected)
})
