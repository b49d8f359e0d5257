import type { TestOutcome } from '../../model/record.ts'
import { countVerdicts, isMet, type VerdictRecord, type VerdictValue } from '../../model/verdict.ts'
import { formatCount, formatList, formatPercent, formatPlural } from '../../wording/figures.ts'
import { doubtLines } from '../../wording/doubts.ts'
import { likelyCauseSentence } from '../../wording/likely-causes.ts'
import { verdictText } from '../verdict-text.ts'
import { conclusionOf } from './conclusions.ts'
import { comparisonOutcome, isAboutTimes, outcomeEvidence, outcomeSentence } from '../comparison-outcome.ts'
import { formatFailedTests, otherwiseFailed } from '../failed-tests.ts'
import { type Html, html, shortened } from './html.ts'
import { likelyCauses } from './likely-causes.ts'
import { byStanding, type ResultView, type RunView, type Standing, standingOf } from './run-view.ts'
import { claimAbout, subjectOf, verdictPill } from './verdict-card.ts'

/** Number of results that the first screen explains; the verdicts below have all of them. */
const SHOWN = 3
/** Maximum length of an explanation on the first screen. */
const MAX_LENGTH = 500

/** Returns the first screen: whether the target is good enough, if not, why, and how sure that is. */
export function answer(views: readonly RunView[]): Html {
  const verdicts = views.flatMap(({ run }) => run.verdicts).toSorted(byStanding)
  const [worst] = verdicts
  const failed = views.flatMap(({ run }) => otherwiseFailed(run))
  const isCompared = verdicts.every(({ compared }) => compared !== undefined)
  const judged = worst === undefined ? NOT_JUDGED : (isCompared ? COMPARED : HEADLINES)[standingOf(worst)]
  const { headline, state } = failed.length > 0 && judged.state !== 'fail' ? TEST_FAILED : judged
  return html`<section class="answer ${state}" aria-labelledby="answer-title">
    <h2 id="answer-title">${headline}</h2>
    <p>${countsOf(verdicts)}${failed.length > 0 && ` ${formatFailedTests(failed.length)}.`}</p>
    <ul class="findings">
      ${failed.slice(0, SHOWN).map(failedTest)} ${views.toSorted(byWorst).flatMap(findingsOf)}
    </ul>
    <h3>How sure this is</h3>
    <ul>
      ${certainty(views, verdicts).map((line) => html`<li>${shortened(line, MAX_LENGTH)}</li>`)}
    </ul>
  </section>`
}

/** Returns a test that failed although its checks did not. */
function failedTest({ test }: TestOutcome): Html {
  return html`<li>
    ${verdictPill({ verdict: 'fail' })} <strong>${shortened(test, 120)}</strong>: the test failed because of another
    assertion or an error, which the output of the test runner shows.
  </li>`
}

/** Compares runs by their worst verdicts; a run without verdicts is last. */
function byWorst({ run: a }: RunView, { run: b }: RunView): number {
  const [first] = a.verdicts.toSorted(byStanding)
  const [second] = b.verdicts.toSorted(byStanding)
  if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined)
  return byStanding(first, second)
}

interface Headline {
  readonly headline: string
  /** Class of the colours. */
  readonly state: 'pass' | 'fail' | 'inconclusive' | 'invalid' | 'none'
}

const TEST_FAILED: Headline = { headline: 'A test failed', state: 'fail' }
const NOT_JUDGED: Headline = { headline: 'Not judged', state: 'none' }
const HEADLINES: Readonly<Record<Standing, Headline>> = {
  fail: { headline: 'Not good enough', state: 'fail' },
  invalid: { headline: 'No valid answer', state: 'invalid' },
  'leans-to-fail': { headline: 'Probably not good enough', state: 'inconclusive' },
  open: { headline: 'Not shown to be good enough', state: 'inconclusive' },
  'leans-to-pass': { headline: 'Probably good enough', state: 'inconclusive' },
  pass: { headline: 'Good enough', state: 'pass' },
}

/** Of runs that assert nothing but comparisons. */
const COMPARED: Readonly<Record<Standing, Headline>> = {
  fail: { headline: 'Worse than the baseline', state: 'fail' },
  invalid: { headline: 'No valid comparison', state: 'invalid' },
  'leans-to-fail': { headline: 'Probably worse than the baseline', state: 'inconclusive' },
  open: { headline: 'Not shown to be as good as the baseline', state: 'inconclusive' },
  'leans-to-pass': { headline: 'Probably no worse than the baseline', state: 'inconclusive' },
  pass: { headline: 'No worse than the baseline', state: 'pass' },
}

/** Example: `Of 9 checks, 2 failed, 1 is not proven and 6 passed.` */
function countsOf(verdicts: readonly VerdictRecord[]): string {
  const [first, ...others] = countVerdicts(verdicts).filter(({ count }) => count > 0)
  if (first === undefined) return 'No test asserted anything about its result.'
  if (verdicts.length === 1) return `The only check ${OUTCOMES[first.value].one}.`
  if (others.length === 0) return `All ${formatCount(first.count)} checks ${OUTCOMES[first.value].many}.`
  const shown = [first, ...others].map(
    ({ value, count }) => `${formatCount(count)} ${OUTCOMES[value][count === 1 ? 'one' : 'many']}`,
  )
  return `Of ${formatPlural(verdicts.length, 'check')}, ${formatList(shown)}.`
}

const OUTCOMES = {
  fail: { one: 'failed', many: 'failed' },
  invalid: { one: 'is invalid', many: 'are invalid' },
  inconclusive: { one: 'is not proven', many: 'are not proven' },
  pass: { one: 'passed', many: 'passed' },
} as const satisfies Record<VerdictValue, unknown>

/** Returns the conclusion of a suite with its reason, or what is wrong with the results of load tests, and why. */
function findingsOf(view: RunView): readonly Html[] {
  const conclusion = conclusionOf(view.run)
  if (conclusion === undefined) return findingsOfTests(view)
  const [worst] = view.run.verdicts.toSorted(byStanding)
  const because =
    worst === undefined || worst.verdict === 'pass' ? undefined : reasonOf(view, worst, conclusion.because)
  return [
    html`<li>${worst && verdictPill(worst)} <strong>${view.title}</strong>: ${conclusion.sentence} ${because}</li>`,
  ]
}

/** `about`: the name of what the cause is about, which stays as it is written. */
function causeLine(cause: string, about?: string): Html {
  const start = about === undefined ? `${cause.slice(0, 1).toUpperCase()}${cause.slice(1)}` : `${about}: ${cause}`
  const sentence = `${start}${/[.:…]$/.test(cause) ? '' : '.'}`
  return html`<span class="cause"><b>Why:</b> ${shortened(sentence, MAX_LENGTH)}</span>`
}

/** A fail and the conclusion itself have the reason that the suite found; any other verdict, its own claim. */
function reasonOf(view: RunView, worst: VerdictRecord, because: string | undefined): Html | undefined {
  const name = subjectOf(worst, view)
  if (worst.verdict === 'fail' || name === undefined) return because === undefined ? undefined : causeLine(because)
  return causeLine(claimAbout(name, worst), name)
}

/** Returns the failed and unproven claims by result, each with the likely causes. */
function findingsOfTests({ run, results }: RunView): readonly Html[] {
  const open = run.verdicts.filter(({ verdict }) => verdict !== 'pass').toSorted(byStanding)
  return [...Map.groupBy(open, ({ result }) => result)].slice(0, SHOWN).flatMap(([index, [first, ...others]]) => {
    if (first === undefined) return []
    const view = results[index]
    const more = others.length === 0 ? '' : ` (and ${formatPlural(others.length, 'more check')})`
    return [
      html`<li>
        ${verdictPill(first)} <strong>${shortened(view?.name ?? first.test, 120)}</strong>:
        ${answerOf(view, first)}${more} ${causesOf(view, first).map((cause) => causeLine(cause))}
      </li>`,
    ]
  })
}

/** Returns the result of a comparison in short, or the claim of any other verdict. */
function answerOf(view: ResultView | undefined, verdict: VerdictRecord): string {
  const outcome = view !== undefined && isAboutTimes(verdict) ? comparisonOutcome(view.result, [verdict]) : undefined
  return outcome === undefined
    ? shortened(verdictText(verdict).claim, MAX_LENGTH)
    : `${outcomeSentence(outcome)} ${outcomeEvidence(outcome)}`
}

function causesOf(view: ResultView | undefined, verdict: VerdictRecord): readonly string[] {
  // The faults of an invalid verdict are not those of the target.
  const isAboutTarget = verdict.verdict !== 'invalid' && !isMet(verdict)
  // A comparison looks for what changed between two versions.
  const isAlone = view !== undefined && verdict.compared === undefined
  const causes = isAlone && isAboutTarget ? likelyCauses(view.result) : []
  if (causes.length > 0) return causes.map(likelyCauseSentence)
  return verdict.why === undefined ? [] : [verdict.why.replace(/^→ /, '')]
}

/** Number of kinds of doubts on the first screen. */
const SHOWN_DOUBTS = 2

const PROVEN: readonly VerdictValue[] = ['pass', 'fail']

function certainty(views: readonly RunView[], verdicts: readonly VerdictRecord[]): readonly string[] {
  const results = views.flatMap(({ run }) => run.results)
  const levels = [...new Set(results.map(({ plan }) => plan.confidence))].map((level) => formatPercent(level))
  const count = (...values: readonly VerdictRecord['verdict'][]): number =>
    verdicts.filter(({ verdict }) => values.includes(verdict)).length
  const decided = verdicts.filter(({ verdict, compared }) => compared !== undefined && PROVEN.includes(verdict)).length
  const [proven, open, invalid] = [count(...PROVEN) - decided, count('inconclusive'), count('invalid')]
  return [
    ...(proven === 0
      ? []
      : [
          `${formatPlural(proven, 'check')} ${isOrAre(proven)} proven at ${formatList(levels)} confidence, for the measured time.`,
        ]),
    ...(decided === 0
      ? []
      : [
          `${formatPlural(decided, 'check')} ${isOrAre(decided)} decided by comparing pairs of blocks: a version that is as much slower as the tolerance allows fails in at most 1.4% of the comparisons.`,
        ]),
    ...(open === 0
      ? []
      : [
          `${formatPlural(open, 'check')} ${isOrAre(open)} not proven: the run was too short or varied too much. The evidence says how long it must be.`,
        ]),
    ...(invalid === 0
      ? []
      : [
          `${formatPlural(invalid, 'check')} ${isOrAre(invalid)} invalid and ${invalid === 1 ? 'says' : 'say'} nothing about the target.`,
        ]),
    ...views.flatMap(earlyEndOf),
    ...doubtsOf(views),
  ]
}

function isOrAre(count: number): 'is' | 'are' {
  return count === 1 ? 'is' : 'are'
}

function earlyEndOf({ run, title }: RunView): readonly string[] {
  return run.endedEarly === undefined
    ? []
    : [`${title} ended early (${run.endedEarly}): the figures cover the time until then.`]
}

function doubtsOf(views: readonly RunView[]): readonly string[] {
  const results = views.flatMap(({ run }) => run.results)
  const lines = doubtLines(results)
  return lines.length === 0
    ? [`No doubts about the measurement in ${formatPlural(results.length, 'run')}.`]
    : lines.slice(0, SHOWN_DOUBTS)
}
