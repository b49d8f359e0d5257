import type { CapacityFindings } from '../model/capacity-findings.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import { formatCount, formatNumber } from '../wording/figures.ts'
import { doubtLines } from '../wording/doubts.ts'
import {
  boundsSentence,
  buySentence,
  capacitySentence,
  ceilingLines,
  disagreementLines,
  inferredLines,
  phaseRow,
  recommendationSentence,
  slaSentence,
  unknownLines,
  unprovenLines,
  uslSentence,
} from './capacity-sentences.ts'
import { labelled, section, table, wrap } from './page.ts'
import { textReport } from './text-report.ts'

/** `capacity_report.txt`: how many users the target serves, and its recommended size; 80 columns. */
export const capacityReport: Artifact = textReport({
  fileName: 'capacity_report.txt',
  suite: 'capacity',
  result: capacitySentence,
  body,
})

function body(run: RunRecord, findings: CapacityFindings): string[] {
  const { results } = run
  return [
    '',
    ...[
      ...unknownLines(findings),
      ...ceilingLines(findings),
      ...disagreementLines(findings),
      ...unprovenLines(findings),
    ].map((line) => wrap(line, 0)),
    wrap(recommendationSentence(findings), 0),
    wrap(buySentence(findings), 0),
    ...section('setup', [
      labelled('SLA', slaSentence(findings), 0),
      labelled(
        'users',
        `${formatCount(findings.expectedUsers)} expected, ${formatCount(findings.peakUsers)} at the peak`,
        0,
      ),
      labelled('request', results[0]?.plan.request ?? 'unknown', 0),
      labelled('seed', results[0]?.seed ?? 'unknown', 0),
    ]),
    ...section(
      'phases',
      inferredLines(findings),
      table(
        ['phase', 'verdict', 'users', 'req/s', 'achieved', 'p95 ms', 'failed'],
        findings.phases.map(phaseRow),
        [0, 1],
      ),
    ),
    ...section('confidence', [boundsSentence(findings), ...doubtLines(results)]),
    ...section(
      'recommended size',
      findings.sizing.why.map(({ message }) => `- ${message}`),
    ),
    ...section('scaling', [uslSentence(findings)], points(findings)),
  ]
}

function points({ usl }: CapacityFindings): string[] {
  if (usl === null) return []
  return table(
    ['clients', 'req/s'],
    usl.points.map(({ clients, rps }) => [String(clients), formatNumber(rps)]),
    [],
  )
}
