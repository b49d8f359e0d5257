import { judge, keptVerdict, matchers, runOf } from '../judge/matchers/index.ts'
import type { JudgedVerdict } from '../judge/matchers/index.ts'
import { cleanText } from '../model/text/clean.ts'
import { NOT_JUDGED } from '../wording/load-test.ts'
import { withBaselineSource } from './baseline-source.ts'
import { callSite } from './call-site.ts'
import { recordVerdict } from './record-book.ts'

type Matcher = (received: unknown, ...given: unknown[]) => JudgedVerdict
/**
 * The parts of a host's matcher state that are used here. Without `.not`, `isNot` is undefined in Vitest 5, contrary to
 * its types.
 */
interface State {
  readonly isNot?: boolean | undefined
}
type HostMatcher = (this: State, received: unknown, ...given: unknown[]) => { pass: boolean; message(): string }

/** Returns the matchers as `expect.extend` of Vitest and Jest takes them. `warn` prints a note on a verdict. */
export function hostMatchers(warn: (note: string) => void): Record<string, HostMatcher> {
  return Object.fromEntries(
    Object.entries(matchers).map(([name, matcher]) => [name, hostMatcher(name, matcher as Matcher, warn)]),
  )
}

/** Adapts a matcher to a host, and adds its verdict to the record of the test that measured the subject. */
function hostMatcher(name: string, matcher: Matcher, warn: (note: string) => void): HostMatcher {
  return function asserted(received, ...given) {
    try {
      const verdict = matcher(received, ...(READS_FILE.get(name)?.(given) ?? given))
      const subject = newestOf(received)
      const run = runOf(subject, name)
      const { isNot = false } = this
      if (run.plan.once === true) return { pass: !isNot, message: () => `${verdict.claim}: ${NOT_JUDGED}` }
      const outcome = judge(verdict, isNot, run.plan.onInconclusive)
      // The subject may be a result of an earlier version, which was not clean.
      const message = cleanText(outcome.message())
      const at = callSite(asserted).place
      recordVerdict(subject, {
        matcher: isNot ? `not.${name}` : name,
        ...keptVerdict(verdict, isNot),
        ...(at !== undefined && { at }),
      })
      if (outcome.note !== undefined) warn(cleanText(outcome.note))
      return { pass: outcome.pass, message: () => message }
    } catch (error) {
      throw callSite(asserted).point(error)
    }
  }
}

/** Matchers with a file among their arguments. Matchers cannot read files, so the host replaces it by its content. */
const READS_FILE: ReadonlyMap<string, (given: readonly unknown[]) => readonly unknown[]> = new Map([
  ['toNotRegressFrom', withBaselineSource],
])

/** Of several runs that are judged together, the newest has the verdict. */
function newestOf(received: unknown): unknown {
  return Array.isArray(received) ? received.at(-1) : received
}
