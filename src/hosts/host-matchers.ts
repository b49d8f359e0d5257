import { judge as outcomeOf, keptVerdict, matchers, runOf } from '../judge/matchers/index.ts'
import type { JudgedVerdict } from '../judge/matchers/index.ts'
import type { LoadResult } from '../model/result.ts'
import { cleanText } from '../model/text/clean.ts'
import type { VerdictRecord } from '../model/verdict.ts'
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

export const MATCHER_NAMES: readonly string[] = Object.keys(matchers)

/** An assertion about a result. */
export interface Assertion {
  /** Whether the assertion is green. */
  readonly ok: boolean
  /** The whole text, also if the assertion is green. */
  readonly message: string
  /** To print if the assertion is green although nothing is proven. */
  readonly note?: string
  /** What the verdict belongs to: the newest of several runs. */
  readonly subject: unknown
  readonly run: LoadResult
  /** For records; undefined if the run sent each operation once, so that there is no verdict. */
  readonly verdict: Omit<VerdictRecord, 'test' | 'result' | 'at'> | undefined
}

/** Calls a matcher. Throws `LoadMatcherError` for an invalid subject or argument. */
export function assertWith(name: string, isNot: boolean, received: unknown, given: readonly unknown[]): Assertion {
  const matcher = new Map<string, unknown>(Object.entries(matchers)).get(name) as Matcher
  const verdict = matcher(received, ...(READS_FILE.get(name)?.(given) ?? given))
  const subject = newestOf(received)
  const run = runOf(subject, name)
  if (run.plan.once === true)
    return { ok: true, message: `${verdict.claim}: ${NOT_JUDGED}`, subject, run, verdict: undefined }
  const { pass, message, note } = outcomeOf(verdict, isNot, run.plan.onInconclusive)
  return {
    ok: pass !== isNot,
    // The subject may be a result of an earlier version, which was not clean.
    message: cleanText(message()),
    ...(note !== undefined && { note: cleanText(note) }),
    subject,
    run,
    verdict: { matcher: isNot ? `not.${name}` : name, ...keptVerdict(verdict, isNot) },
  }
}

/** Returns the matchers as `expect.extend` of Vitest and Jest takes them. `warn` prints a note on a verdict. */
export function hostMatchers(warn: (note: string) => void): Record<string, HostMatcher> {
  return Object.fromEntries(MATCHER_NAMES.map((name) => [name, hostMatcher(name, warn)]))
}

/** Adapts a matcher to a host, and adds its verdict to the record of the test that measured the subject. */
function hostMatcher(name: string, warn: (note: string) => void): HostMatcher {
  return function asserted(received, ...given) {
    try {
      const { isNot = false } = this
      const { ok, message, note, subject, verdict } = assertWith(name, isNot, received, given)
      const at = callSite(asserted).place
      if (verdict !== undefined) recordVerdict(subject, { ...verdict, ...(at !== undefined && { at }) })
      if (note !== undefined) warn(note)
      // With `.not`, a host takes `true` as red.
      return { pass: ok !== isNot, message: () => message }
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
