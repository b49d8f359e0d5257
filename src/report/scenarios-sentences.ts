import type { ScenarioFinding, ScenariosFindings } from '../model/scenarios-findings.ts'
import { wordPlural } from './wording.ts'

/** The answer, first in every report and on the console. */
export function scenariosSentence({ scenarios }: ScenariosFindings): string {
  if (scenarios.length === 0) return 'No scenario ran: none of them has a target.'
  const met = scenarios.filter(isMet)
  const open = met.filter(({ verdict }) => verdict !== 'pass').length
  const unproven = open === 0 ? '' : ` (${open === met.length ? '' : `${open} of them `}not proven)`
  const others = scenarios.filter((scenario) => !isMet(scenario)).map(({ name, verdict }) => `${name} (${verdict})`)
  const rest = others.length === 0 ? '' : `; not met: ${others.join(', ')}`
  return `${met.length} of ${wordPlural(scenarios.length, 'scenario')} met the service level${unproven}${rest}.`
}

/** Proven, or not proven and leaning to a pass. */
export function isMet({ verdict, leaning }: Pick<ScenarioFinding, 'verdict' | 'leaning'>): boolean {
  return verdict === 'pass' || (verdict === 'inconclusive' && leaning === 'pass')
}

/** What stands behind it: every expectation that did not hold, and what was left out. */
export function scenarioLines({ scenarios, skipped }: ScenariosFindings): readonly string[] {
  return [...scenarios.flatMap(unmet), ...skipped.map(({ name, why }) => `${name} was left out: ${why}`)]
}

function unmet({ name, expectations }: ScenarioFinding): readonly string[] {
  return expectations
    .filter((expectation) => !isMet(expectation))
    .map(({ text, verdict, observed }) => `${name}: ${verdict}: ${text}, was ${observed}`)
}
