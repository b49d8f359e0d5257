import type { ProtocolsFindings } from '../model/protocols-findings.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import { formatDuration } from '../model/units.ts'
import { doubtLines } from '../wording/doubts.ts'
import { heading, section, table } from './page.ts'
import {
  adviceLines,
  levelLines,
  levelOf,
  protocolRow,
  protocolsSentence,
  unknownLines,
} from './protocols-sentences.ts'
import { wordRate, wrap } from './wording.ts'

/** `protocol_report.txt`: protocols side by side at the same work, and what each is best for; 80 columns. */
export const protocolsReport: Artifact = {
  fileName: 'protocol_report.txt',
  render: (run) =>
    run.suite === 'protocols' && isFindings(run.findings) ? `${page(run, run.findings).join('\n')}\n` : undefined,
}

function isFindings(findings: unknown): findings is ProtocolsFindings {
  return typeof findings === 'object' && findings !== null && 'ranking' in findings
}

const HEADS = ['', 'verdict', 'held', 'full', 'p50 ms', 'p99 ms', 'lost', 'back ms', 'CPU µs']

function page(run: RunRecord, findings: ProtocolsFindings): string[] {
  const { environment, startedAt, durationMs, results } = run
  const { ranking, rate, clients, skipped } = findings
  const unknown = unknownLines(ranking)
  const unproven = levelLines(findings)
  return [
    ...heading('protocols side by side'),
    wrap(protocolsSentence(findings), 0),
    ...section('what was tested', [
      `work       ${[...new Set(results.map(({ plan }) => plan.request))].join(', ')}`,
      `level      ${levelOf(findings)}`,
      `when       ${startedAt.slice(0, 19).replace('T', ' ')} UTC, ${formatDuration(durationMs)}`,
      `machine    node ${environment.node}, ${environment.os}, ${environment.cpus} CPUs`,
      ...skipped.map(({ protocol, why }) => `left out   ${protocol}: ${why}`),
    ]),
    ...section('ranking', [], table(HEADS, ranking.map(protocolRow), [0, 1])),
    ...section('what the columns are', [
      `held: the highest rate tried, in req/s, that held the level; > where this tool ran out before the target. full: req/s with ${clients} requests always under way, or as many more as it took to slow the target. p50, p99: response times at ${wordRate(rate)} req/s. lost, back: requests lost while connections were cut three times at that rate, and the longest time until the target answered again. CPU: of the target, for one request at the rate that was held.`,
    ]),
    ...(unproven.length === 0 ? [] : section('what is not proven, and why', unproven)),
    ...(unknown.length === 0 ? [] : section('what is unknown, and why', unknown)),
    ...section(
      'why',
      ranking.map(({ protocol, why }, place) => `${place + 1}. ${protocol}: ${why}`),
    ),
    ...(ranking.length < 2 ? [] : section('best for', adviceLines(findings.bestFor))),
    ...section('how sure', [
      'Rates within a tenth of each other are a tie, and then p99 decides. One run on one machine: run it twice before you build on a place.',
      ...doubtLines(results, 'runs'),
    ]),
  ]
}
