import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { judgeShare, requestsToDecide, type ShareQuestion } from './share.ts'

function ask(of: number, over: number, more: Partial<ShareQuestion> = {}): ShareQuestion {
  const count = { of, over }
  return { allowed: 0.01, confidence: 0.95, designEffect: 1, forPass: count, forFail: count, ...more }
}

describe('a share of requests over a limit', () => {
  test.each([
    [0, 299],
    [1, 473],
    [5, 1_049],
    [10, 1_693],
  ])('with %d over, a p99 passes from %d requests on', (over, of) => {
    expect(judgeShare(ask(of, over))).toBe('pass')
    expect(judgeShare(ask(of - 1, over))).toBe('inconclusive')
  })

  test('fails when the count over the limit has a probability of at most 5%', () => {
    expect(judgeShare(ask(1_000, 16))).toBe('fail')
    expect(judgeShare(ask(1_000, 15))).toBe('inconclusive')
  })

  test('needs ten times the requests with a design effect of ten', () => {
    expect(judgeShare(ask(2_990, 0, { designEffect: 10 }))).toBe('pass')
    expect(judgeShare(ask(2_989, 0, { designEffect: 10 }))).toBe('inconclusive')
  })

  test('rounds counts against the verdict: up for a pass, down for a fail', () => {
    expect(judgeShare(ask(4_730, 10, { designEffect: 10 }))).toBe('pass')
    expect(judgeShare(ask(4_730, 11, { designEffect: 10 }))).toBe('inconclusive')
    expect(judgeShare(ask(10_000, 160, { designEffect: 10 }))).toBe('fail')
    expect(judgeShare(ask(10_000, 159, { designEffect: 10 }))).toBe('inconclusive')
  })

  test('is inconclusive when the design effect is unknown', () => {
    expect(judgeShare(ask(100_000, 0, { designEffect: undefined }))).toBe('inconclusive')
    expect(judgeShare(ask(100_000, 100_000, { designEffect: undefined }))).toBe('inconclusive')
  })

  test('passes with none over the limit and fails with one when none is allowed', () => {
    expect(judgeShare(ask(3, 0, { allowed: 0, designEffect: undefined }))).toBe('pass')
    expect(judgeShare(ask(1_000_000, 1, { allowed: 0 }))).toBe('fail')
    const cancelled = { forPass: { of: 10, over: 1 }, forFail: { of: 9, over: 0 }, allowed: 0 }
    expect(judgeShare(ask(10, 1, cancelled))).toBe('inconclusive')
  })

  test('never becomes a pass through more requests over the limit', () => {
    const rank = { pass: 0, inconclusive: 1, fail: 2 }
    const cases = fc.record({
      of: fc.integer({ min: 1, max: 20_000 }),
      share: fc.double({ min: 0, max: 0.2, noNaN: true }),
      designEffect: fc.double({ min: 1, max: 50, noNaN: true }),
    })
    fc.assert(
      fc.property(cases, ({ of, share, designEffect }) => {
        const over = Math.floor(share * of)
        const less = rank[judgeShare(ask(of, over, { designEffect }))]
        expect(rank[judgeShare(ask(of, Math.min(of, over + 1), { designEffect }))]).toBeGreaterThanOrEqual(less)
      }),
    )
  })
})

describe('the number of requests that decide', () => {
  test('is that of the published table when none was over the limit', () => {
    expect(requestsToDecide(ask(40, 0), { of: 40, over: 0 })).toBe(299)
    expect(requestsToDecide(ask(40, 0, { allowed: 0.05 }), { of: 40, over: 0 })).toBe(59)
  })

  test('grows with the design effect, and faster when there are few independent requests', () => {
    const required = (of: number): number => requestsToDecide(ask(of, 0, { designEffect: 10 }), { of, over: 0 }) ?? 0
    expect(required(1_000_000)).toBe(Math.ceil(2_990 * 1.004_5))
    expect(required(1_000)).toBe(Math.ceil(2_990 * 5.5))
  })

  test('grows less when a larger share of requests is judged', () => {
    const asked = ask(1_000, 0, { designEffect: 10, allowed: 0.05 })
    expect(requestsToDecide(asked, { of: 1_000, over: 0 })).toBe(Math.ceil(590 * 2.8))
  })

  test('is sufficient: the same share of that number decides', () => {
    const seen = { of: 1_000, over: 7 }
    const of = requestsToDecide(ask(1_000, 7), seen) ?? 0
    expect(of).toBeGreaterThan(1_000)
    expect(judgeShare(ask(of, 0.007 * of))).toBe('pass')
  })

  test('is undefined when the observed share equals the allowed one', () => {
    expect(requestsToDecide(ask(1_000, 10), { of: 1_000, over: 10 })).toBeUndefined()
    expect(requestsToDecide(ask(1_000, 10, { designEffect: 50 }), { of: 1_000, over: 10 })).toBeUndefined()
  })

  test('is large, not undefined, when none is over the limit but requests are strongly correlated', () => {
    const asked = ask(1_000, 0, { allowed: 0.01, passDesignEffect: 10_000 })
    expect(requestsToDecide(asked, { of: 1_000, over: 0 })).toBe(2_990_000)
  })
})
