import type { Ratio } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { atLeast, atMost } from './statistics/binomial.ts'

/** `over` of `of` requests. */
export interface Count {
  readonly over: number
  readonly of: number
}

/** Is the true share of requests that are over below `allowed`? */
export interface ShareQuestion {
  readonly allowed: Ratio
  readonly confidence: Ratio
  /** Undefined: not to be had, so that nothing is shown. */
  readonly designEffect: number | undefined
  /** What counts against a pass: with every request that may have been over. */
  readonly forPass: Count
  /** What counts for a fail: only requests that surely were over. */
  readonly forFail: Count
}

/**
 * The rule of early stopping of MLPerf LoadGen on deflated counts n′ = ⌊n/deff⌋. A pass is shown iff
 * P[Bin(n′, allowed) ≤ ⌈over/deff⌉] ≤ 1 − confidence, a fail iff P[Bin(n′, allowed) ≥ ⌊over/deff⌋] ≤ 1 − confidence.
 */
export function judgeShare(question: ShareQuestion): Exclude<VerdictValue, 'invalid'> {
  const { allowed, confidence, designEffect, forPass, forFail } = question
  // "None at all" is a count and no estimate: of nothing can it be shown that it never happens.
  if (allowed <= 0) return forFail.over > 0 ? 'fail' : forPass.over > 0 ? 'inconclusive' : 'pass'
  if (designEffect === undefined) return 'inconclusive'
  const doubt = 1 - confidence
  const effective = (count: number): number => Math.floor(count / designEffect)
  if (atMost(effective(forPass.of), allowed, Math.ceil(forPass.over / designEffect)) <= doubt) return 'pass'
  if (atLeast(effective(forFail.of), allowed, effective(forFail.over)) <= doubt) return 'fail'
  return 'inconclusive'
}

/** Beyond this many times the requests there were, no length of a run is worth naming. */
const MOST_TIMES = 1_000

/**
 * About how many requests in all it takes to tell, should they go on as those in `seen`. Undefined where the share seen
 * is so close to the allowed one that no reasonable number would do.
 */
export function requestsToTell(question: ShareQuestion, seen: Count): number | undefined {
  const { allowed, designEffect = 1 } = question
  const share = seen.of === 0 ? 0 : seen.over / seen.of
  const told = (of: number): boolean => {
    const count = { over: share * of, of }
    const asked = { ...question, designEffect, forPass: count, forFail: count }
    return judgeShare(asked) !== 'inconclusive'
  }
  const most = MOST_TIMES * Math.max(seen.of, Math.ceil(1 / allowed))
  let high = Math.max(1, seen.of)
  while (!told(high)) {
    high *= 2
    if (high > most) return undefined
  }
  let low = 0
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (told(middle)) high = middle
    else low = middle
  }
  return high
}
