import { optionWords } from '../../wording/option-words.ts'
import { isOpen } from '../../judge/analysis/limit-trial.ts'
import type { LimitsFindings } from '../../model/limits-findings.ts'
import type { Rps } from '../../model/units.ts'
import { bottleneckSentence, limitSentence, recommendationSentence } from '../../report/limits-sentences.ts'
import { formatRate } from '../../wording/figures.ts'
import type { Conclusion } from '../suite.ts'
import type { FoundLimit } from './limit-loop.ts'

/** The verdict refers to the last run at the lower end of the interval; without one, to the last run. */
export function limitsConclusion({ findings, measured }: FoundLimit, minRps: Rps | undefined): Conclusion {
  const deciding =
    measured.findLast(({ outcome }) => isOpen(outcome) && outcome.rate === findings.interval[0]) ?? measured.at(-1)
  return {
    ...verdictOn(findings, minRps),
    lines: [
      ...findings.notes.map((note) => note.message),
      recommendationSentence(findings),
      bottleneckSentence(findings),
      ...findings.bottleneck.evidence.map((each) => each.message),
    ],
    result: deciding?.result,
  }
}

/**
 * Returns `pass` when a rate was confirmed and no higher one is required: a limit, or the ceiling of the search.
 * Returns `inconclusive` when the generator or the time limit ended the search, or when `minRps` is above the rate that
 * held and below the one that did not; `fail` when no rate held, or when `minRps` did not.
 */
function verdictOn(findings: LimitsFindings, minRps: Rps | undefined): Pick<Conclusion, 'verdict' | 'message'> {
  const message = limitSentence(findings)
  const { confirmed, ended } = findings
  const [low, high] = findings.interval
  if (low === null || !confirmed) return { verdict: ended === 'failing' ? 'fail' : 'inconclusive', message }
  if (minRps !== undefined && low < minRps) {
    const required = `the ${formatRate(minRps)} required by ${optionWords({ plan: 'LOAD_MIN_RPS (minRps)', command: '--min-rps' })}`
    if (high !== null && high <= minRps)
      return { verdict: 'fail', message: `${message} That is less than ${required}.` }
    const open = high === null ? 'was not tested' : 'is not shown'
    return { verdict: 'inconclusive', message: `${message} Whether it holds ${required} ${open}.` }
  }
  return { verdict: ended === 'generator' ? 'inconclusive' : 'pass', message }
}
