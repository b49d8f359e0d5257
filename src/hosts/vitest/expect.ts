import { expect as vitestExpect } from 'vitest'
import type { ExpectStatic } from 'vitest'
import { judge, keptVerdict, matchers, runOf } from '../../judge/matchers/index.ts'
import type { JudgedVerdict, LoadMatchers } from '../../judge/matchers/index.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { MetricFigures } from '../../model/metric.ts'
import { cleanText } from '../../model/text/clean.ts'
import { callSite } from '../call-site.ts'
import { recordVerdict } from '../record-book.ts'

type Matcher = (received: unknown, ...given: unknown[]) => JudgedVerdict
/**
 * The parts of Vitest's matcher state that are used here. Without `.not`, `isNot` is undefined in Vitest 5, contrary to
 * its types.
 */
interface State {
  readonly isNot?: boolean | undefined
}
type HostMatcher = (this: State, received: unknown, ...given: unknown[]) => { pass: boolean; message(): string }

vitestExpect.extend(
  Object.fromEntries(Object.entries(matchers).map(([name, matcher]) => [name, hostMatcher(name, matcher as Matcher)])),
)

type Assertion = ReturnType<ExpectStatic>

/**
 * Vitest's assertion on the figures of a run. It declares the matchers again, because the types through which Vitest
 * adds them to its own assertion lose the texts that an editor shows.
 */
interface LoadAssertion extends LoadMatchers<void>, Assertion {
  readonly not: LoadMatchers<void> & Assertion
}

/** Vitest's `expect`, extended with the matchers for load results. */
export interface LoadExpect extends ExpectStatic {
  (actual: JudgedFigures | MetricFigures | null | undefined, message?: string): LoadAssertion
}

/** Vitest's `expect`, extended with the matchers for load results. */
export const expect: LoadExpect = vitestExpect as LoadExpect

/** Adapts a matcher to Vitest, and adds its verdict to the record of the test that measured the subject. */
function hostMatcher(name: string, matcher: Matcher): HostMatcher {
  return function asserted(received, ...given) {
    try {
      const verdict = matcher(received, ...given)
      const run = runOf(received, name)
      const { isNot = false } = this
      const outcome = judge(verdict, isNot, run.plan.onInconclusive)
      // The subject may be a result of an earlier version, which was not clean.
      const message = cleanText(outcome.message())
      const at = callSite(asserted).place
      recordVerdict(received, {
        matcher: isNot ? `not.${name}` : name,
        ...keptVerdict(verdict, isNot),
        ...(at !== undefined && { at }),
      })
      if (outcome.note !== undefined) console.warn(cleanText(outcome.note))
      return { pass: outcome.pass, message: () => message }
    } catch (error) {
      throw callSite(asserted).point(error)
    }
  }
}
