import type { CapacityFindings } from '../model/capacity-findings.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import { formatCount, formatDuration, formatNumber } from '../wording/figures.ts'
import { doubtLines } from '../wording/doubts.ts'
import {
  buySentence,
  capacitySentence,
  disagreementLines,
  phaseRow,
  recommendationSentence,
  slaSentence,
  unknownLines,
  uslSentence,
} from './capacity-sentences.ts'
import { section, table } from './page.ts'
import { textReport } from './text-report.ts'
import { wrap } from './wording.ts'

/** `capacity_report.txt`: how many users the target serves, and its recommended size; 80 columns. */
export const capacityReport: Artifact = textReport<CapacityFindings>({
  fileName: 'capacity_report.txt',
  suite: 'capacity',
  key: 'expectedUsers',
  title: (run) => `capacity of ${run.target}`,
  body,
})

function body(run: RunRecord, findings: CapacityFindings): string[] {
  const { environment, startedAt, durationMs, results } = run
  const [low, high] = findings.usersInterval
  return [
    wrap(capacitySentence(findings), 0),
    ...[...unknownLines(findings), ...disagreementLines(findings)].map((line) => wrap(line, 0)),
    wrap(recommendationSentence(findings), 0),
    wrap(buySentence(findings), 0),
    ...section('setup', [
      `SLA        ${slaSentence(findings)}`,
      `users      ${formatCount(findings.expectedUsers)} expected, ${formatCount(findings.peakUsers)} at the peak`,
      `request    ${results[0]?.plan.request ?? 'unknown'}`,
      `when       ${startedAt.slice(0, 19).replace('T', ' ')} UTC, ${formatDuration(durationMs)}, seed ${results[0]?.seed ?? 'unknown'}`,
      `machine    node ${environment.node}, ${environment.os}, ${environment.cpus} CPUs`,
    ]),
    ...section(
      'phases',
      [],
      table(
        ['phase', 'verdict', 'users', 'req/s', 'achieved', 'p95 ms', 'failed'],
        findings.phases.map(phaseRow),
        [0, 1],
      ),
    ),
    ...section('confidence', [
      `Shown to meet the SLA: ${low === null ? 'nothing' : `${formatCount(low)} users`}. Shown to miss it: ${high === null ? 'nothing' : `${formatCount(high)} users`}. The limit lies between the two.`,
      ...doubtLines(results, 'runs'),
    ]),
    ...section(
      'recommended size',
      findings.sizing.why.map((line) => `- ${line}`),
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
