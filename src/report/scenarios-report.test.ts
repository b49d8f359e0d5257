import { expect, test } from 'vitest'
import type { ScenarioFinding, ScenariosFindings } from '../model/scenarios-findings.ts'
import type { Leaning, VerdictValue } from '../model/verdict.ts'
import { environment, recordOf, resultOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'
import { scenarioLines, scenariosSentence } from './scenarios-sentences.ts'
import { scenariosReport } from './scenarios-report.ts'

function scenario(name: string, verdict: VerdictValue, leaning?: Leaning): ScenarioFinding {
  const judged = { verdict, ...(leaning !== undefined && { leaning }) }
  const expectations = [{ text: 'p99 response time below 250 ms', observed: '83.2 ms', ...judged }]
  return { name, about: `about ${name}`, ...judged, expectations, result: 0 }
}

function withNote(finding: ScenarioFinding, note: { reason: string; advice?: string }): ScenarioFinding {
  return { ...finding, expectations: finding.expectations.map((each) => Object.assign({}, each, note)) }
}

const proven = scenario('Proven', 'pass')
const likely = scenario('Likely', 'inconclusive', 'pass')
const unlikely = scenario('Unlikely', 'inconclusive', 'fail')
const open = scenario('Open', 'inconclusive', 'none')
const broken = scenario('Broken', 'fail')

function of(...scenarios: readonly ScenarioFinding[]): ScenariosFindings {
  return { scenarios, skipped: [] }
}

/** Returns the report with its lines joined, so that a test can search for sentences. */
function report(findings: ScenariosFindings): string {
  const record = recordOf({ results: [resultOf()], suite: 'scenarios', findings })
  const [run] = runRecords([{ test: 'scenarios', record }], environment)
  return ((run && scenariosReport.render([run])) ?? '').replace(/\s+/g, ' ')
}

test.each([
  [of(proven), '1 of 1 scenario met the service level.'],
  [of(likely), '1 of 1 scenario met the service level (not proven).'],
  [of(proven, likely), '2 of 2 scenarios met the service level (1 of them not proven).'],
  [
    of(proven, likely, unlikely, open, broken),
    '2 of 5 scenarios met the service level (1 of them not proven); others: Unlikely (inconclusive, leans to fail), Open (inconclusive, leans to neither side), Broken (fail).',
  ],
])(
  'counts a scenario as met when it passes or leans to a pass, and reports what is not proven (%#)',
  (findings, text) => {
    expect(scenariosSentence(findings)).toBe(text)
  },
)

test('lists the expectations that are not proven, with the side that each leans to', () => {
  const claim = 'p99 response time below 250 ms'
  expect(scenarioLines(of(proven, likely, unlikely, open, broken))).toEqual([
    `Likely: inconclusive, leans to pass: ${claim} is not proven, was 83.2 ms`,
    `Unlikely: inconclusive, leans to fail: ${claim} is not proven, was 83.2 ms`,
    `Open: inconclusive, leans to neither side: ${claim} is not proven, was 83.2 ms`,
    `Broken: fail: ${claim}, was 83.2 ms`,
  ])
})

test('gives many runs that are too short one line', () => {
  const names = ['API baseline', 'Burst', 'MCP']
  const short = names.map((name) => scenario(name, 'inconclusive', 'pass'))
  expect(scenarioLines(of(...short, unlikely))).toEqual([
    'Unlikely: inconclusive, leans to fail: p99 response time below 250 ms is not proven, was 83.2 ms',
    'Too short to prove 3 expectations that lean to pass (p99 response time below 250 ms, …): API baseline, Burst, ' +
      'MCP; scenario_summary.txt says how long each must be (durationMs, LOAD_DURATION)',
  ])
})

test('says why an expectation is not proven and what would prove it', () => {
  const reason = 'is not proven by 100 requests in 5 s'
  const advice = "about 200 more requests would decide (duration: '15s')"
  const findings = of(withNote(unlikely, { reason, advice }))
  expect(scenarioLines(findings)).toEqual([
    `Unlikely: inconclusive, leans to fail: p99 response time below 250 ms ${reason}, was 83.2 ms; ${advice}`,
  ])
  expect(report(findings)).toContain(`LEANS TO FAIL p99 response time below 250 ms: 83.2 ms; ${advice}`)
  const invalid = withNote(scenario('Late', 'invalid'), { reason: 'the load was not delivered' })
  expect(scenarioLines(of(invalid))).toEqual([
    'Late: invalid: p99 response time below 250 ms cannot be judged: the load was not delivered, was 83.2 ms',
  ])
  expect(report(of(invalid))).toContain('INVALID p99 response time below 250 ms: 83.2 ms; the load was not delivered')
})

test('reports the side that an inconclusive scenario leans to, in the table and next to each expectation', () => {
  const text = report(of(proven, likely, unlikely, open))
  for (const row of ['Proven pass', 'Likely leans to pass', 'Unlikely leans to fail', 'Open inconclusive']) {
    expect(text).toContain(`${row} 500 12.1`)
  }
  for (const word of ['PASS', 'LEANS TO PASS', 'LEANS TO FAIL', 'INCONCLUSIVE']) {
    expect(text).toContain(`${word} p99 response time below 250 ms: 83.2 ms`)
  }
})

test('advises a longer run only for scenarios that do not lean to a pass', () => {
  expect(report(of(proven, likely))).not.toContain('could not be judged')
  expect(report(of(likely, open))).toContain(
    '1 scenario could not be judged: repeat the run with a longer LOAD_DURATION',
  )
})
