import { expect, test } from 'vitest'
import { pairsOf, pairsWith } from '../../judge/comparison/comparison.builder.ts'
import { withExclusions } from './compared-block.ts'

interface Disturbed {
  /** Cores that other processes used. */
  readonly candidate?: number
  readonly baseline?: number
}

const QUIET: readonly Disturbed[] = Array.from({ length: 8 }, () => ({}))

/** Codes of the pairs that do not count. */
function excludedOf(cases: readonly Disturbed[]): readonly (string | undefined)[] {
  const pairs = pairsOf(pairsWith(1, cases.length)).map((pair, index) =>
    Object.assign({}, pair, {
      candidate: { ...pair.candidate, foreignCores: cases[index]?.candidate ?? 0.05 },
      baseline: { ...pair.baseline, foreignCores: cases[index]?.baseline ?? 0.05 },
      undispatched: { candidate: 0, baseline: 0 },
    }),
  )
  return withExclusions(pairs, 3_500).map(({ excluded }) => excluded?.code)
}

test('pairs count if nothing disturbed one side more than the other', () => {
  expect(new Set(excludedOf(QUIET))).toEqual(new Set([undefined]))
  expect(new Set(excludedOf(QUIET.map(() => ({ candidate: 0.8, baseline: 0.7 }))))).toEqual(new Set([undefined]))
})

test('a pair does not count if other processes disturbed one of its blocks', () => {
  const cases = QUIET.map((each, index) => (index === 2 ? { candidate: 0.6 } : index === 5 ? { baseline: 0.9 } : each))
  const excluded = excludedOf(cases)
  expect(excluded.flatMap((code, index) => (code === undefined ? [] : index))).toEqual([2, 5])
})

test('pairs count if the candidate makes other processes work more, such as its database', () => {
  const busy: readonly Disturbed[] = QUIET.map((_, index) => ({ candidate: 0.5 + 0.02 * (index % 3) }))
  expect(new Set(excludedOf(busy))).toEqual(new Set([undefined]))
  // Other work is then a disturbance on top of that.
  expect(excludedOf(busy.with(3, { candidate: 0.5, baseline: 0.6 }))[3]).toBe('foreign-load')
})
