import type { LoadMatchers } from '../judge/matchers/index.ts'
import { LoadVerdictError } from '../model/errors.ts'
import type { JudgedFigures } from '../model/figures.ts'
import type { MetricFigures } from '../model/metric.ts'
import type { Leaning, VerdictRecord, VerdictValue } from '../model/verdict.ts'
import type { LoadResult } from '../model/result.ts'
import { cleanText } from '../model/text/clean.ts'
import { wrongAnswers } from './body-check.ts'
import { callSite } from './call-site.ts'
import { assertWith, MATCHER_NAMES } from './host-matchers.ts'
import { printNotice } from './print-notice.ts'
import { recordVerdict } from './record-book.ts'

/** What a matcher says about a result. */
export interface Judgement {
  /** Example: `toHaveP95Below`, `not.toHaveP95Below`. */
  readonly matcher: string
  /** Whether the claim is proven (`pass`), refuted (`fail`), neither (`inconclusive`), or cannot be judged (`invalid`). */
  readonly verdict: VerdictValue
  /** Which side of the limit the observation of an inconclusive verdict lies on; absent for other verdicts. */
  readonly leaning?: Leaning
  /** Stable codes with numbers that explain the verdict; absent if there are none. */
  readonly reasons?: NonNullable<VerdictRecord['reasons']>
  /**
   * Whether a test with this assertion is green: the verdict is a pass, or inconclusive, and `onInconclusive` of the plan
   * allows that.
   */
  readonly ok: boolean
  /** The text of the assertion in a test, also of one that holds. */
  readonly message: string
  /**
   * Throws `LoadVerdictError` (`ERR_LOAD_VERDICT`) with the text of the assertion in a test, unless `ok`. Prints a note
   * on stderr if it is `ok` although nothing is proven.
   */
  readonly assert: () => void
}

/** The matchers, which return what they say instead of throwing. */
export interface ResultJudge extends LoadMatchers<Judgement> {
  /** The opposite claims. */
  readonly not: LoadMatchers<Judgement>
}

/**
 * Returns the matchers for a result of `runLoad`, for one of its phases, operations or metrics, or for several results
 * that are judged together; for scripts and for test runners without an entry point here. They throw `LoadMatcherError`
 * for an invalid subject or argument. Example: `judge(result).toHaveP95Below(100).assert()`.
 */
export function judge(received: JudgedFigures | MetricFigures | readonly LoadResult[] | null | undefined): ResultJudge {
  return { ...methodsFor(received, false), not: methodsFor(received, true) }
}

function methodsFor(received: unknown, isNot: boolean): LoadMatchers<Judgement> {
  const methods = MATCHER_NAMES.map((name) => {
    function method(...given: readonly unknown[]): Judgement {
      try {
        return judgementOf(name, isNot, received, given)
      } catch (error) {
        throw callSite(method).point(error)
      }
    }
    return [name, method] as const
  })
  return Object.fromEntries(methods) as unknown as LoadMatchers<Judgement>
}

function judgementOf(name: string, isNot: boolean, received: unknown, given: readonly unknown[]): Judgement {
  const assertion = assertWith(name, isNot, received, given)
  // A script has no end of a test, which would check the answers.
  const wrong = assertion.verdict === undefined ? wrongAnswers(assertion.run) : undefined
  const { ok, message, note } = wrong === undefined ? assertion : { ok: false, message: cleanText(wrong) }
  const once: Omit<Judgement, 'ok' | 'message' | 'assert'> = {
    matcher: isNot ? `not.${name}` : name,
    verdict: wrong === undefined ? 'inconclusive' : 'fail',
  }
  const { matcher, verdict, leaning, reasons } = assertion.verdict ?? once
  function assert(): void {
    const site = callSite(assert)
    const at = site.place
    // In a load test, it counts like a matcher of `expect`.
    if (assertion.verdict !== undefined) {
      recordVerdict(assertion.subject, { ...assertion.verdict, ...(at !== undefined && { at }) })
    }
    if (!ok) throw site.point(new LoadVerdictError('ERR_LOAD_VERDICT', verdict, message))
    if (note !== undefined) printNotice(note)
  }
  return {
    matcher,
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(reasons !== undefined && { reasons }),
    ok,
    message,
    assert,
  }
}
