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
  /** Undefined: it cannot be estimated, and nothing is proven. */
  readonly designEffect: number | undefined
  /** For a pass, where that needs a larger one. Default: `designEffect`. */
  readonly passDesignEffect?: number | undefined
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
  const { allowed, confidence, designEffect, passDesignEffect = designEffect, forPass, forFail } = question
  // "None at all" is a count and no estimate: of nothing can it be shown that it never happens.
  if (allowed <= 0) return forFail.over > 0 ? 'fail' : forPass.over > 0 ? 'inconclusive' : 'pass'
  if (designEffect === undefined || passDesignEffect === undefined) return 'inconclusive'
  const doubt = 1 - confidence
  const passOf = Math.floor(forPass.of / passDesignEffect)
  if (atMost(passOf, allowed, Math.ceil(forPass.over / passDesignEffect)) <= doubt) return 'pass'
  const failed = (count: number): number => Math.floor(count / designEffect)
  if (atLeast(failed(forFail.of), allowed, failed(forFail.over)) <= doubt) return 'fail'
  return 'inconclusive'
}

/** Beyond this many times the requests there were, no length of a run is worth naming. */
const MOST_TIMES = 1_000

/**
 * Independent requests from which on a design effect grows by less than its own size when the run gets longer. In a
 * shorter run, its slowest changes are still hidden.
 */
const SETTLED = 200

/**
 * About how many requests in all it takes to decide, if they continue like those in `seen`. The estimated design effect of
 * a run with few independent requests grows with its length, so the number is raised by `1 + 200 · (deff − 1) / n`, a
 * rule found by simulation (docs/calibration/verdicts.md). Undefined where the observed share is so close to the allowed
 * one that no reasonable number would do.
 */
export function requestsToTell(question: ShareQuestion, seen: Count): number | undefined {
  const { designEffect = 1 } = question
  const required = requestsAtThisEffect(question, seen)
  const growth = seen.of === 0 ? 1 : 1 + (SETTLED * (designEffect - 1)) / seen.of
  return required === undefined ? undefined : Math.ceil(required * growth)
}

function requestsAtThisEffect(question: ShareQuestion, seen: Count): number | undefined {
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
