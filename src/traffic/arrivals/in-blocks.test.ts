import { expect, test } from 'vitest'
import { curveFrom, constant } from '../patterns/index.ts'
import { inBlocks } from './in-blocks.ts'
import { type Arrivals, arrivalsOf } from './index.ts'

const curve = curveFrom(constant({ rate: 7 }), { durationMs: 4_000, seed: 'cafe' })

function all(arrivals: Arrivals): number[] {
  const times: number[] = []
  for (let atMs = arrivals.next(); atMs !== Number.POSITIVE_INFINITY; atMs = arrivals.next()) times.push(atMs)
  return times
}

test.each(['uniform', 'jittered', 'poisson'] as const)(
  'places the same %s arrivals into the blocks of either side',
  (arrivals) => {
    const keys = { arrivals, seed: 'cafe', batchSize: 1 }
    const own = all(arrivalsOf(curve, keys))
    const sides = [0, 1_000].map((offsetMs) =>
      all(
        inBlocks(arrivalsOf(curve, keys), {
          startsMs: [0, 1, 2, 3].map((pair) => pair * 2_500 + (pair % 2 === 0 ? offsetMs : 1_000 - offsetMs)),
          lengthMs: 1_000,
          warmUpAtMs: 0,
          discardMs: 0,
        }),
      ),
    )
    const [candidate = [], baseline = []] = sides
    expect(own.length).toBeGreaterThan(10)
    expect(candidate).toHaveLength(own.length)
    for (const [index, ownMs] of own.entries()) {
      const pair = Math.min(3, Math.max(0, Math.ceil(ownMs / 1_000) - 1))
      const intoMs = ownMs - pair * 1_000
      const [first, second] = [candidate[index] ?? 0, baseline[index] ?? 0].toSorted((a, b) => a - b)
      expect(first).toBeCloseTo(pair * 2_500 + intoMs)
      expect(second).toBeCloseTo(pair * 2_500 + 1_000 + intoMs)
    }
  },
)
