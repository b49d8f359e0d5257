import { optionWords } from '../wording/option-words.ts'
import type { Bounds, ProtocolDifference, ProtocolsFindings, RankedProtocol } from '../model/protocols-findings.ts'
import { unknownSentence } from '../wording/unknown-values.ts'
import {
  formatCount,
  formatDuration,
  formatList,
  formatMs,
  formatMsOrNone,
  formatNumber,
  formatOrNone,
  formatPercent,
  formatPlural,
  formatRate,
} from '../wording/figures.ts'
import { formatLeaning, formatSidedVerdict } from './format-verdict.ts'
import { table } from './page.ts'

/** Returns the conclusion, which comes first in every report and on the console. */
export function protocolsSentence({ ranking, skipped, differences = [] }: ProtocolsFindings): string {
  const [best, ...others] = ranking
  if (best === undefined) return 'No protocol was compared, because none has a target.'
  const left = skipped.length === 0 ? '' : ` (${skipped.map(({ protocol }) => protocol).join(', ')} skipped)`
  if (others.length === 0) return `Only ${best.protocol} was measured${left}.`
  const [first, ...rest] = ranksOf(ranking)
  if (first !== undefined && rest.length === 0) {
    return `${notShown(first, differences)} shown between ${namesOf(first)}${left}.`.replace(/^n/, 'N')
  }
  const groups = [first ?? [], ...rest].map((group) =>
    group.length === 1 ? namesOf(group) : `${namesOf(group)} (${notShown(group, differences)} shown)`,
  )
  return `Best: ${groups.join(', then ')}${left}.`
}

/** Returns the names of the protocols of each rank. */
function ranksOf(ranking: readonly RankedProtocol[]): readonly (readonly RankedProtocol[])[] {
  // Older results have no ranks: each protocol had a separate place.
  return [...Map.groupBy(ranking, ({ rank, protocol }) => rank ?? protocol).values()]
}

function namesOf(group: readonly RankedProtocol[]): string {
  return formatList(group.map(({ protocol }) => protocol))
}

/** Three protocols may have the same rank although two of them differ, because neither differs from the third. */
function notShown(group: readonly RankedProtocol[], differences: readonly ProtocolDifference[]): string {
  const isMember = (name: string): boolean => group.some(({ protocol }) => protocol === name)
  const differs = differences.some(
    ({ better, worse, work, by }) =>
      work === undefined && by !== 'lost' && by !== 'reconnect' && isMember(better) && isMember(worse),
  )
  return differs ? 'no order' : 'no difference'
}

export function protocolLines(findings: ProtocolsFindings): readonly string[] {
  const { ranking, skipped } = findings
  return [
    ...levelLines(findings),
    ...placeLines(ranking),
    ...differenceLines(findings)
      .filter(({ work }) => work === undefined)
      .map(({ line }) => line),
    ...adviceLines(findings),
    ...shortnessLines(findings),
    ...unknownLines(ranking),
    ...skipped.map(({ protocol, why }) => `${protocol} was skipped: ${why}`),
  ]
}

/** Returns one line for each protocol, with its place and the reason for it. */
export function placeLines(ranking: readonly RankedProtocol[]): readonly string[] {
  return ranking.map((ranked, place) => `${ranked.rank ?? place + 1}. ${ranked.protocol}: ${ranked.why}`)
}

const FIGURES = {
  rate: { name: 'rate', unit: 'req/s', format: formatNumber },
  p50: { name: 'p50', unit: 'ms', format: formatMs },
  p95: { name: 'p95', unit: 'ms', format: formatMs },
  p99: { name: 'p99', unit: 'ms', format: formatMs },
  lost: { name: 'lost requests', unit: '', format: formatCount },
  reconnect: { name: 'time to reconnect', unit: 'ms', format: formatMs },
} as const satisfies Record<ProtocolDifference['by'], unknown>

interface DifferenceLine {
  readonly work: string | undefined
  readonly line: string
}

/** Returns what was shown to differ: one line for each pair of protocols and kind of work. */
export function differenceLines({ differences = [] }: ProtocolsFindings): readonly DifferenceLine[] {
  const lines = Map.groupBy(differences, ({ better, worse, work = '' }) => `${better}\n${worse}\n${work}`)
  return [...lines.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { better, worse, work } = first
    const figures = group.map(({ by, values: [own, other] }) => {
      const { name, unit, format } = FIGURES[by]
      const shown = (value: number | null): string => (value === null ? 'none' : `${format(value)} ${unit}`.trimEnd())
      return other === null || unit === ''
        ? `${name} ${shown(own)} against ${shown(other)}`
        : `${name} ${own === null ? shown(own) : format(own)} against ${shown(other)}`
    })
    const subject = work === undefined ? '' : ` for ${work}`
    return [{ work, line: `${better} was better than ${worse}${subject}: ${figures.join(', ')}` }]
  })
}

/** Explains why short phases show no difference. */
export function shortnessLines({ tooShort, rounds = 0, ranking }: ProtocolsFindings): readonly string[] {
  if (tooShort === undefined || ranking.length < 2) return []
  const { requiredRounds, requiredMs } = tooShort
  return [
    `${formatPlural(rounds, 'round')} cannot show a difference in rates or losses; phases of ${formatDuration(requiredMs)} have ${formatCount(requiredRounds)} rounds (phaseMs, LOAD_DURATION, -d)`,
  ]
}

/** Returns one line for each protocol that is not proven to hold the service level at the common rate. */
export function levelLines({ ranking, rate }: ProtocolsFindings): readonly string[] {
  return ranking
    .filter(({ verdict }) => verdict !== 'pass')
    .map((ranked) => {
      const { protocol, verdict, reasons = [] } = ranked
      const needs = verdict === 'fail' ? [] : [whatDecides()]
      return `${protocol} at ${formatRate(rate)}: ${[formatSidedVerdict(ranked), ...reasons.map(({ message }) => message), ...needs].join('; ')}`
    })
}

function whatDecides(): string {
  return `a longer phase on a quiet machine would decide (${optionWords({ plan: 'phaseMs, LOAD_DURATION', command: '-d' })})`
}

/** Returns one line for each "–" in the table. */
export function unknownLines(ranking: readonly RankedProtocol[]): readonly string[] {
  return ranking.flatMap(({ protocol, unknown = [] }) =>
    unknown.map((value) => `${protocol}, ${unknownSentence(value)}`),
  )
}

const USES = {
  lowLatency: 'low latency',
  throughput: 'high throughput',
  reliability: 'unreliable connections',
  streaming: 'streams and pushes',
  rpc: 'remote procedure calls',
} as const satisfies Record<keyof ProtocolsFindings['bestFor'], string>

/** Returns the best protocol for each use, or those between which no difference was shown. */
export function adviceLines({ bestFor, ties }: Pick<ProtocolsFindings, 'bestFor' | 'ties'>): readonly string[] {
  return (Object.keys(USES) as (keyof typeof USES)[]).flatMap((use) => {
    const protocol = bestFor[use]
    if (protocol !== null) return [`best for ${USES[use]}: ${protocol}`]
    const tied = ties?.[use] ?? []
    return tied.length === 0 ? [] : [`best for ${USES[use]}: no difference shown between ${formatList(tied)}`]
  })
}

const WORK_HEADS = ['work', 'protocol', 'requests', 'p50 ms', 'p95 ms', 'p99 ms']

/** Returns the table of response times by kind of work; undefined without any. */
export function workTable({ works = [] }: ProtocolsFindings): string[] {
  const kinds = [...new Set(works.map(({ work }) => work))].toSorted()
  const rows = kinds.flatMap((kind) =>
    works
      .filter(({ work }) => work === kind)
      .map(({ work, protocol, requests, p50Ms, p95Ms, p99Ms }) => [
        work,
        protocol,
        formatCount(requests),
        formatMsOrNone(p50Ms),
        formatMsOrNone(p95Ms),
        formatMsOrNone(p99Ms),
      ]),
  )
  return rows.length === 0 ? [] : table(WORK_HEADS, rows, [0, 1])
}

/** Returns the 95% intervals of the figures; empty for older results, and if the rounds are too few for any. */
export function intervalTable(ranking: readonly RankedProtocol[]): string[] {
  const rows = ranking.flatMap(({ protocol, intervals }) => {
    if (intervals === undefined || Object.values(intervals).every((bounds) => bounds === null)) return []
    const { maxRps, throughputRps, p50Ms, p99Ms, lostShare, reconnectMs } = intervals
    return [
      [
        protocol,
        rangeOf(maxRps, formatNumber),
        rangeOf(throughputRps, formatNumber),
        rangeOf(p50Ms, formatMs),
        rangeOf(p99Ms, formatMs),
        rangeOf(lostShare, formatPercent),
        rangeOf(reconnectMs, formatMs),
      ],
    ]
  })
  return rows.length === 0 ? [] : table(INTERVAL_HEADS, rows, [0])
}

const INTERVAL_HEADS = ['', 'held', 'full', 'p50 ms', 'p99 ms', 'lost', 'back ms']

function rangeOf(bounds: Bounds | null, format: (value: number) => string): string {
  const [low, high] = bounds ?? [null, null]
  if (low === null) return formatOrNone(high, (value) => `≤ ${format(value)}`)
  return high === null ? `≥ ${format(low)}` : `${format(low)}–${format(high)}`
}

export function protocolRow(ranked: RankedProtocol, place: number): string[] {
  const { protocol, rank = place + 1, throughputRps, maxRps, maxIsBound } = ranked
  const { p50Ms, p99Ms, reconnectMs, lost, cpuUsPerRequest } = ranked
  return [
    `${rank}. ${protocol}`,
    formatLeaning(ranked),
    formatOrNone(maxRps, (rps) => `${maxIsBound ? '>' : ''}${formatNumber(rps)}`),
    formatNumber(throughputRps),
    formatMsOrNone(p50Ms),
    formatMsOrNone(p99Ms),
    formatCount(lost),
    formatMsOrNone(reconnectMs),
    formatOrNone(cpuUsPerRequest, formatCount),
  ]
}
