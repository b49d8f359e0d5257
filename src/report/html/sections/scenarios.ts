import type { Expectation, ScenarioFinding } from '../../../model/scenarios-findings.ts'
import { formatMsOrNone, formatNumber, formatOrNone } from '../../../wording/figures.ts'
import { missingSentence } from '../../../wording/missing-operations.ts'
import { adviceOf, causeOf } from '../../scenarios-sentences.ts'
import { type Content, html } from '../html.ts'
import type { RunView } from '../run-view.ts'
import { tableOf } from '../table.ts'
import { verdictPill } from '../verdict-card.ts'
import { findingsOf } from '../../findings-of.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

const COLUMNS = [
  { name: 'scenario', kind: 'word' },
  { name: 'verdict', kind: 'word' },
  'req/s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  { name: 'expectations', kind: 'long' },
] as const

/** The scenarios with their expectations. */
export const scenarios: Section = {
  id: 'scenarios',
  title: 'Scenarios',
  render: (view) => {
    const findings = findingsOf(view.run, 'scenarios')
    if (findings === undefined) return undefined
    return html`${tableOf(
      'Scenarios',
      COLUMNS,
      findings.scenarios.map((each) => rowOf(each, view)),
    )}
    ${listOf(findings.skipped.map(({ name, why }) => `${name} was skipped: ${why}`))}`
  },
}

function rowOf(scenario: ScenarioFinding, { results }: RunView): readonly Content[] {
  const view = scenario.result === undefined ? undefined : results[scenario.result]
  const times = view?.result.responseTime
  const { name, about, expectations, missing = [] } = scenario
  return [
    html`${view === undefined ? name : html`<a href="#${view.id}">${name}</a>`}
      <span class="muted small">${about}</span>`,
    verdictPill(scenario),
    formatOrNone(view?.result.achievedRps, formatNumber),
    ...[times?.p50Ms, times?.p95Ms, times?.p99Ms].map(formatMsOrNone),
    html`${missing.map((each) => html`<p>${missingSentence(each)}</p>`)}${expectations.map(expectationOf)}`,
  ]
}

function expectationOf(expectation: Expectation): Content {
  return html`<p>
    ${verdictPill(expectation)} ${expectation.text}:
    ${expectation.observed}${causeOf(expectation)}${adviceOf(expectation)}
  </p>`
}
