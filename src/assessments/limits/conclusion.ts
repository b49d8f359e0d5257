import type { LimitsFindings } from '../../model/limits-findings.ts'
import type { Rps } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { limitSentence } from '../../report/limits-sentences.ts'
import { formatRate } from '../../wording/figures.ts'

/**
 * Returns `pass` when a rate was confirmed and no higher one is required: a limit, or the ceiling of the search.
 * Returns `inconclusive` when the generator or the time limit ended the search, or when the ceiling is below `minRps`;
 * `fail` when no rate held, or one below `minRps`.
 */
export function verdictOnLimit(
  findings: LimitsFindings,
  minRps: Rps | undefined,
): { readonly verdict: VerdictValue; readonly message: string } {
  const message = limitSentence(findings)
  const { confirmed, ended } = findings
  const [low, high] = findings.interval
  if (low === null || !confirmed) return { verdict: ended === 'failing' ? 'fail' : 'inconclusive', message }
  if (minRps !== undefined && low < minRps) {
    const asked = `the ${formatRate(minRps)} required by LOAD_MIN_RPS (minRps)`
    return high === null
      ? { verdict: 'inconclusive', message: `${message} Whether it holds ${asked} was not tested.` }
      : { verdict: 'fail', message: `${message} That is less than ${asked}.` }
  }
  return { verdict: ended === 'generator' ? 'inconclusive' : 'pass', message }
}
