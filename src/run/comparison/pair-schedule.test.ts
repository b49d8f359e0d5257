import { describe, expect, test } from 'vitest'
import { pairSchedule } from './pair-schedule.ts'

const turns = { maxPairs: 3, blockMs: 4_000, mode: 'turns' } as const

describe('the blocks of a comparison', () => {
  test('follow each other in a pair, with a pause before the next pair', () => {
    const { firsts, candidate, baseline, endOf } = pairSchedule(turns, { seed: 'cafe', warmUpMs: 0 })
    for (const [pair, first] of firsts.entries()) {
      const startMs = 8_500 * pair
      const [earlier, later] = first === 'candidate' ? [candidate, baseline] : [baseline, candidate]
      expect([earlier.startsMs[pair], later.startsMs[pair]]).toEqual([startMs, startMs + 4_000])
      expect(endOf(pair)).toBe(startMs + 8_000)
    }
  })

  test('are at the same time in a duet', () => {
    const { firsts, candidate, baseline } = pairSchedule({ ...turns, mode: 'duet' }, { seed: 'cafe', warmUpMs: 0 })
    expect(firsts).toEqual([undefined, undefined, undefined])
    expect(candidate.startsMs).toEqual([0, 4_500, 9_000])
    expect(baseline).toEqual(candidate)
  })
})

describe('the warm-up', () => {
  test.each(['cafe', 'beef', 'f00d', 'dead'])('begins with the side of the first block (seed %s)', (seed) => {
    const { firsts, candidate, baseline } = pairSchedule(turns, { seed, warmUpMs: 8_000 })
    // Twice 8 s and a pause of 1 s.
    const [earlier, later] = firsts[0] === 'candidate' ? [candidate, baseline] : [baseline, candidate]
    expect([earlier.warmUpAtMs, later.warmUpAtMs]).toEqual([-17_000, -9_000])
  })

  test('is at the same time in a duet', () => {
    const duet = { ...turns, mode: 'duet' } as const
    const { candidate, baseline } = pairSchedule(duet, { seed: 'cafe', warmUpMs: 8_000 })
    expect([candidate.warmUpAtMs, baseline.warmUpAtMs]).toEqual([-9_000, -9_000])
  })

  test('may be absent', () => {
    const { candidate, baseline } = pairSchedule(turns, { seed: 'cafe', warmUpMs: 0 })
    expect([candidate.warmUpAtMs, baseline.warmUpAtMs]).toEqual([0, 0])
  })
})
