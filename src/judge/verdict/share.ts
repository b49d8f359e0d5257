import type { Ratio } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { atLeast, atMost } from './statistics/binomial.ts'

/** `over` of `of` requests. */
export interface Count {
  readonly over: number
  readonly of: number
}

/** Asks whether the true share of requests that are over the limit is below `allowed`. */
export interface ShareQuestion {
  readonly allowed: Ratio
  readonly confidence: Ratio
  /** Undefined if it cannot be estimated, so that nothing is proven. */
  readonly designEffect: number | undefined
  /** Design effect for a pass, if a pass needs a larger one. Default: `designEffect`. */
  readonly passDesignEffect?: number | undefined
  /** Count for a pass, which includes every request that may have been over. */
  readonly forPass: Count
  /** Count for a fail, which includes only requests that were certainly over. */
  readonly forFail: Count
}

/**
 * Applies the early-stopping rule of MLPerf LoadGen to deflated counts n′ = ⌊n/deff⌋. A pass is proven iff
 * P[Bin(n′, allowed) ≤ ⌈over/deff⌉] ≤ 1 − confidence, a fail iff P[Bin(n′, allowed) ≥ ⌊over/deff⌋] ≤ 1 − confidence.
 */
export function judgeShare(question: ShareQuestion): Exclude<VerdictValue, 'invalid'> {
  const { allowed, confidence, designEffect, passDesignEffect = designEffect, forPass, forFail } = question
  // A limit of 0 is decided by a count, not by an estimate: no run can prove that an event never happens.
  if (allowed <= 0) return forFail.over > 0 ? 'fail' : forPass.over > 0 ? 'inconclusive' : 'pass'
  if (designEffect === undefined || passDesignEffect === undefined) return 'inconclusive'
  const doubt = 1 - confidence
  const passOf = Math.floor(forPass.of / passDesignEffect)
  if (atMost(passOf, allowed, Math.ceil(forPass.over / passDesignEffect)) <= doubt) return 'pass'
  const failed = (count: number): number => Math.floor(count / designEffect)
  if (atLeast(failed(forFail.of), allowed, failed(forFail.over)) <= doubt) return 'fail'
  return 'inconclusive'
}

/** Maximum factor by which the required number of independent requests exceeds the observed one. */
const MAX_TIMES = 1_000

/**
 * Expected number of requests over the allowed share from which a longer run at most doubles the estimated design
 * effect. A shorter run hides its slowest changes, especially if it judges rare requests.
 */
const SETTLED_OVER = 5
const MIN_SETTLED = 200

/**
 * Estimates the total number of requests that decide the question, if they continue like those in `seen`. The estimated
 * design effect of a run with few independent requests grows with its length, so the number is multiplied by
 * `1 + max(200, 5 / allowed) · (deff − 1) / n`, a rule found by simulation (docs/calibration/verdicts.md). Undefined if
 * the observed share is so close to the allowed one that no reasonable number suffices, even of independent requests.
 */
export function requestsToDecide(question: ShareQuestion, seen: Count): number | undefined {
  const { allowed, designEffect = 1 } = question
  const required = requestsAtThisEffect(question, seen)
  const settled = Math.max(MIN_SETTLED, SETTLED_OVER / allowed)
  const growth = seen.of === 0 ? 1 : 1 + (settled * (designEffect - 1)) / seen.of
  return required === undefined ? undefined : Math.ceil(required * growth)
}

function requestsAtThisEffect(question: ShareQuestion, seen: Count): number | undefined {
  const { allowed, designEffect = 1, passDesignEffect = designEffect } = question
  const share = seen.of === 0 ? 0 : seen.over / seen.of
  const decides = (of: number): boolean => {
    const count = { over: share * of, of }
    const asked = { ...question, designEffect, forPass: count, forFail: count }
    return judgeShare(asked) !== 'inconclusive'
  }
  const maxRequests = MAX_TIMES * Math.max(seen.of, Math.ceil(1 / allowed)) * Math.max(designEffect, passDesignEffect)
  let high = Math.max(1, seen.of)
  while (!decides(high)) {
    high *= 2
    if (high > maxRequests) return undefined
  }
  let low = 0
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (decides(middle)) high = middle
    else low = middle
  }
  return high
}
