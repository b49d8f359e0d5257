import { isMet } from '../model/verdict.ts'
import type { Expectation, ScenarioFinding, ScenariosFindings } from '../model/scenarios-findings.ts'
import { formatSidedVerdict } from './format-verdict.ts'
import { formatList, formatPlural } from '../wording/figures.ts'
import { missingSentence } from '../wording/missing-operations.ts'
import { optionWords } from '../wording/option-words.ts'

/** Returns the conclusion, which comes first in every report and on the console. */
export function scenariosSentence({ scenarios }: ScenariosFindings): string {
  if (scenarios.length === 0) return 'No scenario ran: none of them has a target.'
  const met = scenarios.filter(isMet)
  const open = met.filter(({ verdict }) => verdict !== 'pass').length
  const note = open === 0 ? '' : ` (${open === met.length ? '' : `${open} of them `}not proven)`
  const others = scenarios
    .filter((scenario) => !isMet(scenario))
    .map((each) => `${each.name} (${formatSidedVerdict(each)})`)
  const rest = others.length === 0 ? '' : `; others: ${others.join(', ')}`
  return `${met.length} of ${formatPlural(scenarios.length, 'scenario')} met the service level${note}${rest}.`
}

/** Number of unproven expectations that get a line each. */
const MAX_LINES = 2

/**
 * Returns one line for each expectation that is not proven, and one for each skipped scenario. If many runs were too
 * short to prove what they lean to, these share one line.
 */
export function scenarioLines({ scenarios, skipped }: ScenariosFindings): readonly string[] {
  const short = scenarios.flatMap(({ expectations }) => expectations.filter(isTooShort))
  const isShared = short.length > MAX_LINES
  return [
    ...unsentLines(scenarios),
    ...scenarios.flatMap((scenario) => unproven(scenario, isShared)),
    ...(isShared ? [tooShortLine(scenarios, short)] : []),
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

function tooShortLine(scenarios: readonly ScenarioFinding[], short: readonly Expectation[]): string {
  const names = scenarios.filter(({ expectations }) => expectations.some(isTooShort)).map(({ name }) => name)
  return (
    `Too short to prove ${formatPlural(short.length, 'expectation')} that lean to pass (${short[0]?.text}, …): ` +
    `${names.join(', ')}; scenario_summary.txt says how long each must be ` +
    `(${optionWords({ plan: 'durationMs, LOAD_DURATION', command: '-d' })})`
  )
}

/** Leans to a pass, which more requests would prove. */
function isTooShort(expectation: Expectation): boolean {
  return expectation.verdict === 'inconclusive' && isMet(expectation)
}

function unproven({ name, expectations }: ScenarioFinding, isShared: boolean): readonly string[] {
  return expectations
    .filter((expectation) => expectation.verdict !== 'pass' && !(isShared && isTooShort(expectation)))
    .map(
      (expectation) =>
        `${name}: ${formatSidedVerdict(expectation)}: ${claimOf(expectation)}, was ${expectation.observed}${adviceOf(expectation)}`,
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
