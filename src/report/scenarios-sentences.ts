import type { ScenarioFinding, ScenariosFindings } from '../model/scenarios-findings.ts'
import { wordPlural } from './wording.ts'

/** The answer, first in every report and on the console. */
export function scenariosSentence({ scenarios }: ScenariosFindings): string {
  if (scenarios.length === 0) return 'No scenario was run: there was no target for any of them.'
  const held = scenarios.filter(({ verdict }) => verdict === 'pass').length
  if (held === scenarios.length)
    return `${wordPlural(held, 'scenario')} of ${held} got through within the service level.`
  const others = scenarios
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ name, verdict }) => `${name} (${verdict})`)
  return `${held} of ${wordPlural(scenarios.length, 'scenario')} got through within the service level; not so: ${others.join(', ')}.`
}

/** What stands behind it: every expectation that did not hold, and what was left out. */
export function scenarioLines({ scenarios, skipped }: ScenariosFindings): readonly string[] {
  return [...scenarios.flatMap(unmet), ...skipped.map(({ name, why }) => `${name} was left out: ${why}`)]
}

function unmet({ name, expectations }: ScenarioFinding): readonly string[] {
  return expectations
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ text, verdict, observed }) => `${name}: ${verdict}: ${text}, was ${observed}`)
}
