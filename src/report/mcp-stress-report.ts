import type { McpStressFindings } from '../model/mcp-stress-findings.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import { formatCount, formatMsOrNone, formatNumber, formatOrNone } from '../wording/figures.ts'
import { doubtLines } from '../wording/doubts.ts'
import {
  callLines,
  degradationSentence,
  errorLine,
  mcpStressSentence,
  formatHealth,
  probeLine,
  recoverySentence,
} from './mcp-stress-sentences.ts'
import { labelled, section, table } from './page.ts'
import { textReport } from './text-report.ts'

/** `mcp_stress_report.txt`: the behaviour of an MCP server under stress, and the results of the probes; 80 columns. */
export const mcpStressReport: Artifact = textReport({
  fileName: 'mcp_stress_report.txt',
  suite: 'mcp-stress',
  result: mcpStressSentence,
  body,
})

function body(run: RunRecord, findings: McpStressFindings): string[] {
  const { results } = run
  return [
    ...section('setup', [
      labelled('request', results[0]?.plan.request ?? 'unknown', 0),
      labelled('seed', results[0]?.seed ?? 'unknown', 0),
    ]),
    ...section('phases', [], phaseTable(run, findings)),
    ...section('effect of stress', [degradationSentence(findings), recoverySentence(findings)]),
    ...section('errors', findings.errorPatterns.map(errorLine)),
    ...section('probes', [...findings.probes.map(probeLine), ...callLines(findings)]),
    ...section('confidence', [
      'A phase is healthy when at most 1% of its requests failed and its p95 is at most twice that of the baseline (or 5 ms above it).',
      ...doubtLines(results),
    ]),
    ...section('recommendations', advice(findings)),
  ]
}

function phaseTable({ results }: RunRecord, { phases }: McpStressFindings): string[] {
  const rows = phases.map((phase) => {
    const figures = results[phase.result]?.phases[phase.name]
    const times = figures?.responseTime
    return [
      phase.name,
      formatHealth(phase),
      formatNumber(phase.rate),
      formatOrNone(figures?.achievedRps, formatNumber),
      ...[times?.p50Ms, times?.p95Ms, times?.p99Ms].map(formatMsOrNone),
      formatOrNone(figures && figures.errors + figures.dropped, formatCount),
    ]
  })
  return table(['phase', 'health', 'req/s', 'achieved', 'p50 ms', 'p95 ms', 'p99 ms', 'failed'], rows, [0, 1])
}

function advice({ health, probes, handlesStress }: McpStressFindings): string[] {
  const failed = probes.filter(({ verdict }) => verdict === 'fail')
  return [
    ...failed.map(({ name }) => `Fix the server: "${name}" does not hold; see the evidence of the probe above.`),
    ...(health === 'poor' ? ['Find the rate that the server sustains (`limits`), and reject the load beyond it.'] : []),
    ...(handlesStress || health === 'poor'
      ? []
      : ['Keep the load below the rate of the last healthy phase, or add instances.']),
  ]
}
