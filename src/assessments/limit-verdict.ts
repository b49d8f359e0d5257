import type { LimitsFindings } from '../model/limits-findings.ts'
import type { Rps } from '../model/units.ts'
import type { VerdictValue } from '../model/verdict.ts'
import { limitSentence, rate } from '../report/limits-sentences.ts'

/**
 * Green when a rate was confirmed and nothing more was asked for: a limit, or the ceiling that the search was given.
 * Inconclusive where the tool ran out first or time did, or the ceiling lies below `minRps`; red where nothing held, or less than `minRps` did.
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
    const asked = `the ${rate(minRps)} asked for (LOAD_MIN_RPS, minRps)`
    return high === null
      ? { verdict: 'inconclusive', message: `${message} Whether it holds ${asked} was not tried.` }
      : { verdict: 'fail', message: `${message} That is less than ${asked}.` }
  }
  return { verdict: ended === 'generator' ? 'inconclusive' : 'pass', message }
}
