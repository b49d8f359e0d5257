import type { ProtocolName } from '../../model/plan.ts'
import type { ProtocolsFindings, RankedProtocol } from '../../model/protocols-findings.ts'

export type MeasuredProtocol = Omit<RankedProtocol, 'why'>

/** Rates that differ by less are a tie: runs on one machine scatter by as much. */
const TIE = 0.1

/**
 * Ranks by the highest rate that was held, ties by p99, and says why each stands where it stands. Rates within a tenth of
 * each other are a tie. A rate that is only a bound counts as it was reached: a protocol that costs the tool more is one
 * that costs its clients more.
 */
export function rankProtocols(measured: readonly MeasuredProtocol[]): readonly RankedProtocol[] {
  const byRate = measured.toSorted((a, b) => (b.maxRps ?? 0) - (a.maxRps ?? 0))
  const ranked: MeasuredProtocol[] = []
  // Groups of ties, each begun by the highest rate in it: a tie with the first is one place, however many follow.
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

/** Of those that are not below the service level at the common rate, proven or leaning to it. Nothing is best where there is nothing to choose from. */
export function bestFor(ranking: readonly RankedProtocol[]): ProtocolsFindings['bestFor'] {
  if (ranking.length < 2) return { lowLatency: null, throughput: null, reliability: null, streaming: null, rpc: null }
  const sound = ranking.filter(({ verdict, leaning }) => verdict !== 'fail' && leaning !== 'fail')
  const least = (of: readonly RankedProtocol[], key: (each: RankedProtocol) => number | null): ProtocolName | null =>
    of.toSorted((a, b) => (key(a) ?? Infinity) - (key(b) ?? Infinity))[0]?.protocol ?? null
  const among = (names: readonly ProtocolName[]): ProtocolName | null =>
    least(
      sound.filter(({ protocol }) => names.includes(protocol)),
      ({ p99Ms }) => p99Ms,
    )
  return {
    lowLatency: least(sound, ({ p99Ms }) => p99Ms),
    throughput: sound[0]?.protocol ?? null,
    reliability: least(sound, ({ lost, reconnectMs }) => lost + (reconnectMs ?? 10_000) / 10_000),
    // Protocols whose server may speak without being asked, and those that name what is called and match its reply.
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
    parts.push(`${Math.round(each.cpuUsPerRequest)} µs of the target's CPU for a request`)
  if (each.lost > 0) parts.push(`${each.lost} requests lost when connections were cut`)
  return parts.join('; ')
}

function held({ maxRps, maxIsBound, clients }: MeasuredProtocol): string {
  if (maxRps === null) return 'no rate was shown to hold the service level'
  const rate = `held ${Math.round(maxRps)} req/s over ${clients} connections`
  return maxIsBound ? `${rate} and would hold more: this tool ran out first` : rate
}

function compare(each: MeasuredProtocol, other: MeasuredProtocol, where: 'behind' | 'ahead of'): string {
  const tied = isTie(
    (each.maxRps ?? 0) > (other.maxRps ?? 0) ? each : other,
    (each.maxRps ?? 0) > (other.maxRps ?? 0) ? other : each,
  )
  if (!tied) return `${where} ${other.protocol} by rate`
  const [own, its] = [each.p99Ms, other.p99Ms]
  if (own === null || its === null) return `level with ${other.protocol} by rate`
  return `level with ${other.protocol} by rate, ${where} it by p99 (${own.toFixed(2)} against ${its.toFixed(2)} ms)`
}
