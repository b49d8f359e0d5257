import { describe, expect, test } from 'vitest'
import { seeded } from '../verdict/simulated-services.builder.ts'
import { comparedErrors } from './compared-errors.ts'
import { pairsOf } from './comparison.builder.ts'
import { type FailingService, failingPairs } from './failing-pairs.builder.ts'
import { LOOK_PAIRS } from '../../model/comparison.ts'

/** Pairs with these numbers of failures in blocks of 350 requests. */
function pairsWithFailures(failures: readonly (readonly [candidate: number, baseline: number])[]) {
  return pairsOf(
    failures.map(([candidate, baseline]) => ({
      candidate: { ms: 10, failed: candidate },
      baseline: { ms: 10, failed: baseline },
    })),
  )
}

const none = Array.from({ length: 7 }, () => [0, 0] as const)

describe('the shares of failed requests', () => {
  const every = (candidate: number, baseline: number, count = 8) =>
    pairsWithFailures(Array.from({ length: count }, () => [candidate, baseline] as const))

  test.each([
    ['nothing fails', every(0, 0), false],
    ['both fail equally often', every(35, 35), false],
    ['the candidate fails half of its requests', every(175, 0), true],
    ['the candidate fails one more request in every pair', every(36, 35), true],
    ['the candidate fails less', every(0, 35), false],
    ['the candidate fails in one pair only', pairsWithFailures([[350, 0], ...none]), false],
    ['there are fewer than 8 pairs', every(175, 0, 7), false],
  ])('%s', (_, pairs, isMore) => {
    expect(comparedErrors(pairs).isMore).toBe(isMore)
  })

  test('are means over the pairs, with the exact probability of such an increase', () => {
    expect(comparedErrors(every(35, 7))).toEqual({
      candidate: expect.closeTo(0.1, 10),
      baseline: expect.closeTo(0.02, 10),
      pValue: 2 ** -8,
      isMore: true,
      mayBeMore: false,
    })
  })

  test('may differ by a tolerance', () => {
    expect(comparedErrors(every(7, 0), 0.01).isMore).toBe(true)
    expect(comparedErrors(every(7, 0), 0.03).isMore).toBe(false)
  })

  test('may be higher if an increase is not shown, but too large for chance', () => {
    expect(comparedErrors(pairsWithFailures([[350, 0], ...none]))).toMatchObject({ isMore: false, mayBeMore: true })
    expect(comparedErrors(pairsWithFailures([[2, 0], ...none]))).toMatchObject({ isMore: false, mayBeMore: false })
    // The baseline has outages, too.
    const outages = [
      [350, 0],
      [0, 200],
      [0, 0],
      [0, 60],
      [0, 0],
      [0, 0],
      [20, 0],
      [0, 0],
    ] as const
    expect(comparedErrors(pairsWithFailures(outages))).toMatchObject({ isMore: false, mayBeMore: false })
  })

  test('ignore pairs that do not count, and count those of one operation', () => {
    const excluded = { code: 'steal', side: 'baseline', moreRatio: 0.2 } as const
    const pairs = every(175, 0, 16).map((pair, index) => Object.assign({}, pair, index < 9 && { excluded }))
    expect(comparedErrors(pairs).isMore).toBe(false)
    expect(comparedErrors(every(175, 0), 0, 'no such operation')).toMatchObject({ candidate: 0, isMore: false })
  })
})

/** Share of comparisons in which the candidate is shown to fail more, with all three looks. */
function shareShown(candidate: FailingService, baseline: FailingService, tolerance = 0): number {
  const runs = 1_000
  const random = seeded(7)
  let shown = 0
  for (let run = 0; run < runs; run++) {
    const pairs = failingPairs(candidate, baseline, random)
    if (LOOK_PAIRS.some((count) => comparedErrors(pairs.slice(0, count), tolerance).isMore)) shown++
  }
  return shown / runs
}

// docs/calibration/side-by-side.md has all cells.
describe('in simulated comparisons', () => {
  test.each([
    ['rare failures', { share: 0.001 }],
    ['frequent failures', { share: 0.05 }],
    ['outages', { share: 0.01, burst: 30 }],
  ])('with %s, an equal version is red in at most 1.1%%', (_, service) => {
    // 1.1%, and two standard errors of 1 000 comparisons.
    expect(shareShown(service, service)).toBeLessThanOrEqual(0.011 + 0.0066)
  })

  test('an increase of exactly the tolerance is red in at most 1.1%', () => {
    expect(shareShown({ share: 0.02 }, { share: 0.01 }, 0.01)).toBeLessThanOrEqual(0.011 + 0.0066)
  })

  test('an increase of one percentage point is red in at least 90%', () => {
    expect(shareShown({ share: 0.01 }, { share: 0 })).toBeGreaterThan(0.9)
    expect(shareShown({ share: 0.02 }, { share: 0.01 })).toBeGreaterThan(0.9)
  })
})
