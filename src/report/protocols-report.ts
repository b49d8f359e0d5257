import type { ProtocolsFindings } from '../model/protocols-findings.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import { formatCount, formatPlural, formatRate } from '../wording/figures.ts'
import { doubtLines } from '../wording/doubts.ts'
import { levelSentence } from './limits-sentences.ts'
import { labelled, section, table } from './page.ts'
import {
  adviceLines,
  differenceLines,
  intervalTable,
  levelLines,
  placeLines,
  protocolRow,
  protocolsSentence,
  shortnessLines,
  unknownLines,
  workTable,
} from './protocols-sentences.ts'
import { textReport } from './text-report.ts'

/** `protocol_report.txt`: a comparison of protocols on the same work, and what each is best for; 80 columns. */
export const protocolsReport: Artifact = textReport({
  fileName: 'protocol_report.txt',
  suite: 'protocols',
  result: protocolsSentence,
  body,
})

const HEADS = ['', 'verdict', 'held', 'full', 'p50 ms', 'p99 ms', 'lost', 'back ms', 'CPU µs']

function body(run: RunRecord, findings: ProtocolsFindings): string[] {
  const { results } = run
  const { ranking, rate, clients, skipped } = findings
  return [
    ...section('setup', [
      labelled('work', [...new Set(results.map(({ plan }) => plan.request))].join(', '), 0),
      labelled('level', levelSentence(findings), 0),
      ...skipped.map(({ protocol, why }) => labelled('skipped', `${protocol}: ${why}`, 0)),
    ]),
    ...section('ranking', [], table(HEADS, ranking.map(protocolRow), [0, 1])),
    ...section('columns', [
      `held: the highest tested rate that met the service level, in req/s; > means that the generator reached its limit before the target. full: req/s with ${formatPlural(clients, 'request')} always in flight, or with more if the target needed more to slow down. p50, p99: response times at ${formatRate(rate)}. lost: requests lost while connections were cut at that rate. back: the longest time until the target responded again. CPU: CPU time of the target per request, at the rate in column held.`,
    ]),
    ...section('95% intervals', [], intervalTable(ranking)),
    ...section('not proven', levelLines(findings)),
    ...section('unknown values', unknownLines(ranking)),
    ...section('why', placeLines(ranking)),
    ...section(
      'differences',
      differenceLines(findings).map(({ line }) => line),
    ),
    ...section('by kind of work', [], workTable(findings)),
    ...(ranking.length < 2 ? [] : section('uses', adviceLines(findings))),
    ...section('confidence', [...confidenceLines(findings), ...shortnessLines(findings), ...doubtLines(results)]),
  ]
}

function confidenceLines({ rounds, ranking }: ProtocolsFindings): readonly string[] {
  if (rounds === undefined || ranking.length < 2) return []
  return [
    `Equal ranks mean that no difference was shown. A difference counts if the rounds prove it, all at a 5% risk of any wrong claim, and if it is at least 10% of a rate, 20% of a response time or 50% of a time to reconnect. The protocols took turns in ${formatCount(rounds)} rounds of full load, and the connections of one after the other were cut ${formatPlural(rounds, 'time')}. Their response times are compared in one run in which each request goes to a random protocol. All of this is one run on one machine: repeat it before you rely on the ranking.`,
  ]
}
