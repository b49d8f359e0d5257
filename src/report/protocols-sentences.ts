import { optionWords } from '../wording/option-words.ts'
import type { ProtocolsFindings, RankedProtocol } from '../model/protocols-findings.ts'
import { unknownSentence } from '../wording/unknown-values.ts'
import { formatCount, formatMs, formatNumber, formatRate } from '../wording/figures.ts'
import { leaningWords, verdictWords } from './leaning-words.ts'

/** Returns the conclusion, which comes first in every report and on the console. */
export function protocolsSentence({ ranking, skipped }: ProtocolsFindings): string {
  const [best, ...others] = ranking
  if (best === undefined) return 'No protocol was compared, because none has a target.'
  const left = skipped.length === 0 ? '' : ` (${skipped.map(({ protocol }) => protocol).join(', ')} skipped)`
  if (others.length === 0) return `Only ${best.protocol} was measured${left}.`
  return `Best: ${best.protocol}, then ${others.map(({ protocol }) => protocol).join(', ')}${left}.`
}

export function protocolLines(findings: ProtocolsFindings): readonly string[] {
  const { ranking, skipped, bestFor } = findings
  return [
    ...levelLines(findings),
    ...ranking.map(({ protocol, why }, place) => `${place + 1}. ${protocol}: ${why}`),
    ...adviceLines(bestFor),
    ...unknownLines(ranking),
    ...skipped.map(({ protocol, why }) => `${protocol} was skipped: ${why}`),
  ]
}

/** Returns one line for each protocol that is not proven to hold the service level at the common rate. */
export function levelLines({ ranking, rate }: ProtocolsFindings): readonly string[] {
  return ranking
    .filter(({ verdict }) => verdict !== 'pass')
    .map((ranked) => {
      const { protocol, verdict, reasons = [] } = ranked
      const needs = verdict === 'fail' ? [] : [whatDecides()]
      return `${protocol} at ${formatRate(rate)}: ${[verdictWords(ranked), ...reasons.map(({ message }) => message), ...needs].join('; ')}`
    })
}

function whatDecides(): string {
  return `a longer phase on a quiet machine would decide (${optionWords({ plan: 'phaseMs, LOAD_DURATION', command: '-d' })})`
}

/** Returns one line for each "-" in the table. */
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

export function adviceLines(bestFor: ProtocolsFindings['bestFor']): readonly string[] {
  return (Object.keys(USES) as (keyof typeof USES)[]).flatMap((use) => {
    const protocol = bestFor[use]
    return protocol === null ? [] : [`for ${USES[use]}: ${protocol}`]
  })
}

export function protocolRow(ranked: RankedProtocol, place: number): string[] {
  const { protocol, throughputRps, maxRps, maxIsBound, p50Ms, p99Ms, reconnectMs, lost, cpuUsPerRequest } = ranked
  return [
    `${place + 1}. ${protocol}`,
    leaningWords(ranked),
    maxRps === null ? '-' : `${maxIsBound ? '>' : ''}${formatNumber(maxRps)}`,
    formatNumber(throughputRps),
    p50Ms === null ? '-' : formatMs(p50Ms),
    p99Ms === null ? '-' : formatMs(p99Ms),
    formatCount(lost),
    reconnectMs === null ? '-' : formatMs(reconnectMs),
    cpuUsPerRequest === null ? '-' : formatCount(cpuUsPerRequest),
  ]
}
