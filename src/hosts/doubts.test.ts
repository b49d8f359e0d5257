import { describe, expect, it } from 'vitest'
import { resultOf } from '../judge/result.case.ts'
import type { LoadResult } from '../model/result.ts'
import { withDoubts } from './doubts.ts'

/** 30 s, the first five of which take `firstMs` a request and all others 20 ms. */
function run(firstMs: number, warmUpMs = 0): LoadResult {
  const stretches = Array.from({ length: 60 }, (_, stretch) => ({
    responsesMs: [(stretch < 10 ? firstMs : 20) + (stretch % 3) / 10],
  }))
  return resultOf({ stretches, stretchMs: 500, plan: { warmUpMs } })
}

describe('a result doubts itself', () => {
  it('for a beginning that is slower than the rest, and says what to leave out', () => {
    expect(withDoubts(run(80), { coverage: false }).generator.doubts).toMatchObject([
      {
        code: 'slow-start',
        slowMs: 5_000,
        warmUpMs: 5_000,
        message: "the first 5 s were slower than the rest (mean 80.1 ms, then 20.1 ms); exclude them with warmUp: '5s'",
      },
    ])
  })

  it('with as much more as was left out already', () => {
    const [doubt] = withDoubts(run(80, 10_000), { coverage: false }).generator.doubts
    expect(doubt).toMatchObject({ warmUpMs: 15_000 })
  })

  it('for coverage in its process', () => {
    expect(withDoubts(run(20), { coverage: true }).generator.doubts).toMatchObject([
      { code: 'coverage', message: 'code coverage is collected, which slows the generator; run load tests without it' },
    ])
  })

  it('not at all where it is steady, or becomes slower: a queue that grows is no warm-up', () => {
    for (const steady of [run(20), run(5)]) expect(withDoubts(steady, { coverage: false })).toBe(steady)
  })
})
