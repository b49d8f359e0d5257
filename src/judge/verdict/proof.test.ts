import { describe, expect, test } from 'vitest'

import { decideShare, MIN_PROOF_MS } from './proof.ts'
import type { Count, ShareQuestion } from './share.ts'

function ask(over: number, of: number, more: Partial<ShareQuestion> = {}): ShareQuestion {
  const count = { over, of }
  return { allowed: 0.05, confidence: 0.95, designEffect: 1, forPass: count, forFail: count, ...more }
}

const long = { spanMs: 10_000, requiredMs: MIN_PROOF_MS }
const short = { spanMs: 9_999, requiredMs: MIN_PROOF_MS }
const calm: readonly Count[] = Array.from({ length: 10 }, () => ({ over: 0, of: 100 }))

describe('a share of requests over a limit', () => {
  test('needs a span of 10 s for a proof', () => {
    expect(decideShare(ask(0, 1_000), calm, long).verdict).toBe('pass')
    expect(decideShare(ask(0, 1_000), calm, short)).toEqual({
      verdict: 'inconclusive',
      reasons: [{ code: 'short-span', spanMs: 9_999, requiredMs: 10_000 }],
    })
    const third = Array.from({ length: 10 }, () => ({ over: 33, of: 100 }))
    expect(decideShare(ask(330, 1_000), third, long).verdict).toBe('fail')
    expect(decideShare(ask(330, 1_000), third, short).verdict).toBe('inconclusive')
  })

  test('fails in any span when each of at least 20 requests is over the limit', () => {
    const batches = [{ over: 20, of: 20 }]
    expect(decideShare(ask(20, 20, { designEffect: undefined }), batches, { ...short, spanMs: 200 })).toEqual({
      verdict: 'fail',
      reasons: [{ code: 'all-requests-wrong', requests: 20 }],
    })
    expect(decideShare(ask(19, 19), [{ over: 19, of: 19 }], { ...short, spanMs: 200 }).verdict).toBe('inconclusive')
    expect(decideShare(ask(99, 100), [{ over: 99, of: 100 }], { ...short, spanMs: 200 }).verdict).toBe('inconclusive')
  })

  test('fails in any span when most requests of each of at least 5 batches are over the limit', () => {
    const batches = (count: number, over: number): readonly Count[] =>
      Array.from({ length: count }, () => ({ over, of: 100 }))
    expect(decideShare(ask(265, 500), batches(5, 53), short)).toEqual({
      verdict: 'fail',
      reasons: [{ code: 'all-batches-wrong', batches: 5, share: 0.525 }],
    })
    expect(decideShare(ask(260, 500), batches(5, 52), short).verdict).toBe('inconclusive')
    expect(decideShare(ask(212, 400), batches(4, 53), short).verdict).toBe('inconclusive')
    const once = [...batches(9, 60), { over: 0, of: 100 }]
    expect(decideShare(ask(540, 1_000), once, short).verdict).toBe('inconclusive')
  })

  test('is counted in any span when the limit is 0', () => {
    expect(decideShare(ask(0, 3, { allowed: 0 }), [{ over: 0, of: 3 }], { ...short, spanMs: 10 }).verdict).toBe('pass')
    expect(decideShare(ask(1, 3, { allowed: 0 }), [{ over: 1, of: 3 }], { ...short, spanMs: 10 }).verdict).toBe('fail')
  })
})
