import type { Expectation, ScenarioFinding, ScenariosFindings } from '../model/scenarios-findings.ts'
import { isMet, verdictWords } from './leaning-words.ts'
import { formatList, formatPlural } from '../wording/figures.ts'
import { missingSentence } from '../wording/missing-operations.ts'

/** Returns the conclusion, which comes first in every report and on the console. */
export function scenariosSentence({ scenarios }: ScenariosFindings): string {
  if (scenarios.length === 0) return 'No scenario ran: none of them has a target.'
  const met = scenarios.filter(isMet)
  const open = met.filter(({ verdict }) => verdict !== 'pass').length
  const note = open === 0 ? '' : ` (${open === met.length ? '' : `${open} of them `}not proven)`
  const others = scenarios.filter((scenario) => !isMet(scenario)).map((each) => `${each.name} (${verdictWords(each)})`)
  const rest = others.length === 0 ? '' : `; others: ${others.join(', ')}`
  return `${met.length} of ${formatPlural(scenarios.length, 'scenario')} met the service level${note}${rest}.`
}

/** Returns one line for each expectation that is not proven, and one for each skipped scenario. */
export function scenarioLines({ scenarios, skipped }: ScenariosFindings): readonly string[] {
  return [
    ...unsentLines(scenarios),
    ...scenarios.flatMap(unproven),
    ...skipped.map(({ name, why }) => `${name} was skipped: ${why}`),
  ]
}

/** Returns one line for all scenarios that miss the same operations. */
export function unsentLines(scenarios: readonly ScenarioFinding[]): readonly string[] {
  const names = new Map<string, string[]>()
  for (const { name, missing = [] } of scenarios) {
    for (const each of missing) {
      const why = missingSentence(each)
      names.set(why, [...(names.get(why) ?? []), name])
    }
  }
  return Array.from(names, ([why, unsent]) => `${formatList(unsent)} did not run: ${why}`)
}

function unproven({ name, expectations }: ScenarioFinding): readonly string[] {
  return expectations
    .filter(({ verdict }) => verdict !== 'pass')
    .map(
      (expectation) =>
        `${name}: ${verdictWords(expectation)}: ${claimOf(expectation)}, was ${expectation.observed}${adviceOf(expectation)}`,
    )
}

function claimOf({ text, verdict, reason }: Expectation): string {
  if (verdict === 'inconclusive') return `${text} ${reason ?? 'is not proven'}`
  return verdict === 'invalid' && reason !== undefined ? `${text} cannot be judged: ${reason}` : text
}

/** Returns why an expectation cannot be judged, as the end of a sentence; an empty string for other verdicts. */
export function causeOf({ verdict, reason }: Expectation): string {
  return verdict === 'invalid' && reason !== undefined ? `; ${reason}` : ''
}

/** Returns what would prove an expectation, as the end of a sentence; an empty string without advice. */
export function adviceOf({ advice }: Expectation): string {
  return advice === undefined ? '' : `; ${advice}`
}
