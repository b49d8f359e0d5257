import type { ProtocolsFindings, RankedProtocol } from '../../model/protocols-findings.ts'
import { formatCount, formatMs, formatPlural, formatRate } from '../../wording/figures.ts'

export type MeasuredProtocol = Omit<RankedProtocol, 'why'>

/** Relative difference below which two rates are a tie: runs on one machine scatter by this much. */
const TIE = 0.1

/**
 * Ranks protocols by the highest rate that they held, ties by p99, with a reason for each place. Rates within a tenth
 * of each other are a tie. A rate that is only a lower bound counts as it is: a protocol that costs the generator more
 * also costs other clients more.
 */
export function rankProtocols(measured: readonly MeasuredProtocol[]): readonly RankedProtocol[] {
  const byRate = measured.toSorted((a, b) => (b.maxRps ?? 0) - (a.maxRps ?? 0))
  const ranked: MeasuredProtocol[] = []
  // Each group starts with its highest rate and contains every rate that ties with it.
  for (let from = 0; from < byRate.length;) {
    const [first] = byRate.slice(from)
    if (first === undefined) break
    const group = byRate.slice(from).filter((each) => isTie(first, each))
    ranked.push(...group.toSorted((a, b) => (a.p99Ms ?? Infinity) - (b.p99Ms ?? Infinity)))
    from += group.length
  }
  return ranked.map((each, place) =>
    Object.assign({}, each, { why: reason(each, ranked[place - 1], ranked[place + 1]) }),
  )
}

/**
 * Returns the best protocol for each use case, among those that neither fail the service level at the common rate nor
 * lean to a fail. Null if only one protocol was measured.
 */
export function bestFor(ranking: readonly RankedProtocol[]): ProtocolsFindings['bestFor'] {
  if (ranking.length < 2) return { lowLatency: null, throughput: null, reliability: null, streaming: null, rpc: null }
  const sound = ranking.filter(({ verdict, leaning }) => verdict !== 'fail' && leaning !== 'fail')
  const least = (of: readonly RankedProtocol[], key: (each: RankedProtocol) => number | null): string | null =>
    of.toSorted((a, b) => (key(a) ?? Infinity) - (key(b) ?? Infinity))[0]?.protocol ?? null
  const among = (names: readonly string[]): string | null =>
    least(
      sound.filter(({ protocol }) => names.includes(protocol)),
      ({ p99Ms }) => p99Ms,
    )
  return {
    lowLatency: least(sound, ({ p99Ms }) => p99Ms),
    throughput: sound[0]?.protocol ?? null,
    reliability: least(sound, ({ lost, reconnectMs }) => lost + (reconnectMs ?? 10_000) / 10_000),
    // Streaming needs a server that can send without a request; RPC needs named calls and matched replies.
    streaming: among(['websocket', 'tcp']),
    rpc: among(['http', 'mcp']),
  }
}

function isTie(first: MeasuredProtocol, other: MeasuredProtocol): boolean {
  const [high, low] = [first.maxRps ?? 0, other.maxRps ?? 0]
  return low >= high * (1 - TIE)
}

function reason(
  each: MeasuredProtocol,
  better: MeasuredProtocol | undefined,
  worse: MeasuredProtocol | undefined,
): string {
  const parts = [held(each)]
  if (better !== undefined) parts.push(compare(each, better, 'behind'))
  else if (worse !== undefined) parts.push(compare(each, worse, 'ahead of'))
  if (each.cpuUsPerRequest !== null)
    parts.push(`${formatCount(each.cpuUsPerRequest)} µs of the target's CPU per request`)
  if (each.lost > 0) parts.push(`${formatPlural(each.lost, 'request')} lost when connections were closed`)
  return parts.join('; ')
}

function held({ maxRps, maxIsBound, clients }: MeasuredProtocol): string {
  if (maxRps === null) return 'no tested rate met the service level'
  const rate = `held ${formatRate(maxRps)} over ${formatPlural(clients, 'connection')}`
  return maxIsBound ? `${rate}, possibly more: the generator reached its limit first` : rate
}

function compare(each: MeasuredProtocol, other: MeasuredProtocol, where: 'behind' | 'ahead of'): string {
  const tied = isTie(
    (each.maxRps ?? 0) > (other.maxRps ?? 0) ? each : other,
    (each.maxRps ?? 0) > (other.maxRps ?? 0) ? other : each,
  )
  if (!tied) return `${where} ${other.protocol} by rate`
  const [own, its] = [each.p99Ms, other.p99Ms]
  if (own === null || its === null) return `tied with ${other.protocol} by rate`
  return `tied with ${other.protocol} by rate, ${where} it by p99 (${formatMs(own)} and ${formatMs(its)} ms)`
}
