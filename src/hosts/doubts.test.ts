import { describe, expect, it } from 'vitest'
import { resultOf } from '../judge/result.builder.ts'
import type { LoadResult } from '../model/result.ts'
import { withDoubts } from './doubts.ts'

/** Returns a run of 30 s whose requests take `firstMs` in the first five seconds, and 20 ms after that. */
function run(firstMs: number, warmUpMs = 0): LoadResult {
  const batches = Array.from({ length: 60 }, (_, batch) => ({
    responsesMs: [(batch < 10 ? firstMs : 20) + (batch % 3) / 10],
  }))
  return resultOf({ batches, batchMs: 500, plan: { warmUpMs } })
}

describe('adds a doubt', () => {
  it('for a start that is slower than the rest, with the warm-up that excludes it', () => {
    expect(withDoubts(run(80), { coverage: false }).generator.doubts).toMatchObject([
      {
        code: 'slow-start',
        slowMs: 5_000,
        warmUpMs: 5_000,
        message: "the first 5 s were slower than the rest (mean 80.1 ms, then 20.1 ms); exclude them with warmUp: '5s'",
      },
    ])
  })

  it('with the existing warm-up added', () => {
    const [doubt] = withDoubts(run(80, 10_000), { coverage: false }).generator.doubts
    expect(doubt).toMatchObject({ warmUpMs: 15_000 })
  })

  it('for coverage in the process', () => {
    expect(withDoubts(run(20), { coverage: true }).generator.doubts).toMatchObject([
      { code: 'coverage', message: 'code coverage is collected, which slows the generator; run load tests without it' },
    ])
  })

  it('not for a steady run or one that slows down, because a growing queue is not a warm-up', () => {
    for (const steady of [run(20), run(5)]) expect(withDoubts(steady, { coverage: false })).toBe(steady)
  })
})
