import { doubtLines } from '../wording/doubts.ts'
import { isMet } from '../model/verdict.ts'
import { optionWords } from '../wording/option-words.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import type { LoadResult } from '../model/result.ts'
import type { ScenarioFinding, ScenariosFindings } from '../model/scenarios-findings.ts'
import {
  formatCount,
  formatDuration,
  formatMsOrNone,
  formatNumber,
  formatOrNone,
  formatPlural,
} from '../wording/figures.ts'
import { formatBatching } from '../wording/batching.ts'
import { missingSentence } from '../wording/missing-operations.ts'
import { formatLeaning } from './format-verdict.ts'
import { labelled, section, table } from './page.ts'
import { adviceOf, causeOf, scenariosSentence, unsentLines } from './scenarios-sentences.ts'
import { textReport } from './text-report.ts'

/** `scenario_summary.txt`: each scenario, its expectations, and whether they were met; 80 columns. */
export const scenariosReport: Artifact = textReport({
  fileName: 'scenario_summary.txt',
  suite: 'scenarios',
  result: scenariosSentence,
  body,
})

function body(run: RunRecord, findings: ScenariosFindings): string[] {
  return [
    ...section(
      'setup',
      findings.skipped.map(({ name, why }) => labelled('skipped', `${name}: ${why}`, 0)),
    ),
    ...section('overview', [], glance(run, findings)),
    ...findings.scenarios.flatMap((scenario) =>
      section(
        scenario.name,
        details(scenario, scenario.result === undefined ? undefined : run.results[scenario.result]),
      ),
    ),
    ...section('recommendations', advice(findings)),
  ]
}

function glance({ results }: RunRecord, { scenarios }: ScenariosFindings): string[] {
  const rows = scenarios.map((scenario) => {
    const result = scenario.result === undefined ? undefined : results[scenario.result]
    const times = result?.responseTime
    return [
      scenario.name,
      formatLeaning(scenario),
      formatOrNone(result?.achievedRps, formatNumber),
      ...[times?.p50Ms, times?.p95Ms, times?.p99Ms].map(formatMsOrNone),
      formatOrNone(result && result.errors + result.dropped, formatCount),
    ]
  })
  return table(['scenario', 'verdict', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'failed'], rows, [0, 1])
}

function details({ about, expectations, missing = [] }: ScenarioFinding, result: LoadResult | undefined): string[] {
  return [
    `${about}${result === undefined ? '' : `: ${shape(result)}`}`,
    ...(result === undefined ? [] : [`Sent: ${sentBy(result)}`]),
    ...batchLines(result),
    ...missing.map((each) => `INVALID  not run: ${missingSentence(each)}`),
    ...expectations.map(
      (each) => `${formatLeaning(each).toUpperCase()}  ${each.text}: ${each.observed}${causeOf(each)}${adviceOf(each)}`,
    ),
    ...(result?.plan.notes ?? []).map((note) => `Note: ${note}`),
    ...(result === undefined ? [] : doubtLines([result])),
  ]
}

function batchLines(result: LoadResult | undefined): string[] {
  return result?.batching === undefined ? [] : [`Batches: ${formatBatching(result.batching)}`]
}

/** Returns what was sent in the measured part, with the number of requests of each operation. */
function sentBy({ plan, operations, requestsSent }: LoadResult): string {
  const counts = Object.entries(operations).map(([name, figures]) => `${formatCount(figures.requestsSent)} ${name}`)
  return `${plan.request} (${counts.length === 0 ? formatPlural(requestsSent, 'request') : counts.join(', ')})`
}

function shape({ pattern, plan, durationMs, requestsScheduled, seed }: LoadResult): string {
  return `${pattern} pattern, ${plan.connection} connections, ${formatCount(requestsScheduled)} requests in ${formatDuration(durationMs)}, seed ${seed}`
}

function advice({ scenarios }: ScenariosFindings): string[] {
  const lost = scenarios.filter(({ verdict }) => verdict === 'fail')
  const open = scenarios.filter(
    (scenario) =>
      (scenario.verdict === 'invalid' && scenario.missing === undefined) ||
      (scenario.verdict === 'inconclusive' && !isMet(scenario)),
  )
  return [
    ...unsentLines(scenarios).map((line) => `${line}.`),
    ...lost.map(
      ({ name }) =>
        `${name} broke the service level: run \`limits\` to find its highest sustainable rate and its bottleneck.`,
    ),
    ...(open.length === 0
      ? []
      : [
          `${formatPlural(open.length, 'scenario')} could not be judged: repeat the run with a longer ${optionWords({ plan: 'LOAD_DURATION', command: 'duration (-d)' })}, or on a quieter machine.`,
        ]),
  ]
}
