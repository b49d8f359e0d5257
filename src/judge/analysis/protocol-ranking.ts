import type { ByUse, ProtocolDifference, ProtocolsFindings, RankedProtocol } from '../../model/protocols-findings.ts'
import { formatCount, formatList, formatPlural, formatRate } from '../../wording/figures.ts'

export type MeasuredProtocol = Omit<RankedProtocol, 'why' | 'rank'>

/** Whether the first protocol was shown to be better than the second. */
type Beats = (better: string, worse: string) => boolean

/**
 * Ranks protocols by the highest rate that they held, ties by response time, with a reason for each place. Only proven
 * differences count: protocols have different ranks if every one of the higher rank was shown to be better than every
 * one of the lower rank, and otherwise the same rank, in the order of `measured`. A rate that is only a lower bound
 * counts as it is: a protocol that costs the generator more also costs other clients more.
 */
export function rankProtocols(
  measured: readonly MeasuredProtocol[],
  differences: readonly ProtocolDifference[],
): readonly RankedProtocol[] {
  const byRate = beatsBy(differences, ['rate'])
  const byLatency = fasterBy(differences)
  const beats: Beats = (better, worse) => byRate(better, worse) || (!byRate(worse, better) && byLatency(better, worse))
  const ranked: RankedProtocol[] = []
  for (let left = measured; left.length > 0;) {
    const group = firstGroup(left, beats)
    left = left.filter((each) => !group.includes(each))
    const rank = ranked.length + 1
    ranked.push(...group.map((each) => Object.assign({}, each, { rank, why: reason(each, measured, beats, byRate) })))
  }
  return ranked
}

/** Returns the smallest group whose members were all shown to be better than all others. */
function firstGroup(left: readonly MeasuredProtocol[], beats: Beats): readonly MeasuredProtocol[] {
  const wins = ({ protocol }: MeasuredProtocol): number =>
    left.filter((other) => beats(protocol, other.protocol)).length
  // A protocol with the most wins always belongs to this group.
  const group = left.toSorted((a, b) => wins(b) - wins(a)).slice(0, 1)
  for (;;) {
    const unbeatenByAll = left.filter(
      (each) => !group.includes(each) && !group.every(({ protocol }) => beats(protocol, each.protocol)),
    )
    if (unbeatenByAll.length === 0) return left.filter((each) => group.includes(each))
    group.push(...unbeatenByAll)
  }
}

function beatsBy(differences: readonly ProtocolDifference[], by: readonly ProtocolDifference['by'][]): Beats {
  const shown = differences.filter((each) => each.work === undefined && by.includes(each.by))
  return (better, worse) => shown.some((each) => each.better === better && each.worse === worse)
}

/** Better by one of the figures, and worse by none of them. */
function withoutContradiction(beats: Beats): Beats {
  return (better, worse) => beats(better, worse) && !beats(worse, better)
}

function fasterBy(differences: readonly ProtocolDifference[]): Beats {
  return withoutContradiction(beatsBy(differences, ['p50', 'p95', 'p99']))
}

interface Recommendations {
  readonly bestFor: ProtocolsFindings['bestFor']
  readonly ties: ByUse<readonly string[]>
}

const NO_ONE: readonly string[] = []

/**
 * Returns the best protocol for each use case, among those that neither fail the service level at the common rate nor
 * lean to a fail: the one that was shown to be better than every other candidate. Without one, `ties` lists the
 * candidates that no other was shown to beat. Neither has an entry if only one protocol was measured.
 */
export function recommend(
  ranking: readonly RankedProtocol[],
  differences: readonly ProtocolDifference[],
): Recommendations {
  const sound = ranking.filter(({ verdict, leaning }) => verdict !== 'fail' && leaning !== 'fail')
  const names = ranking.length < 2 ? NO_ONE : sound.map(({ protocol }) => protocol)
  const among = (...wanted: readonly string[]): readonly string[] => names.filter((name) => wanted.includes(name))
  const byLatency = fasterBy(differences)
  const byStreams = withoutContradiction(streamsBy(differences))
  const best = {
    lowLatency: unbeaten(names, byLatency),
    throughput: unbeaten(names, beatsBy(differences, ['rate'])),
    reliability: unbeaten(names, withoutContradiction(beatsBy(differences, ['lost', 'reconnect']))),
    // Streaming needs a server that can send without a request; RPC needs named calls and matched replies.
    streaming: unbeaten(among('websocket', 'tcp'), byStreams),
    rpc: unbeaten(among('http', 'mcp'), byLatency),
  } satisfies ByUse<readonly string[]>
  return {
    bestFor: byUse(best, (candidates) => (candidates.length === 1 ? (candidates[0] ?? null) : null)),
    ties: byUse(best, (candidates) => (candidates.length === 1 ? NO_ONE : candidates)),
  }
}

/** Faster streams; where no stream was measured, faster responses. */
function streamsBy(differences: readonly ProtocolDifference[]): Beats {
  const streams = differences.filter(({ work }) => work?.includes('stream'))
  const overall = beatsBy(differences, ['p50', 'p95', 'p99'])
  return (better, worse) =>
    streams.some((each) => each.better === better && each.worse === worse) ||
    (!streams.some((each) => each.better === worse && each.worse === better) && overall(better, worse))
}

/** Returns the candidates that no other candidate was shown to beat; all if they beat each other in a circle. */
function unbeaten(names: readonly string[], beats: Beats): readonly string[] {
  const best = names.filter((name) => !names.some((other) => beats(other, name)))
  // A winner was shown to be better than every other one: the candidates that it does not beat tie with it.
  const [only] = best
  if (best.length === 0 || only === undefined) return names
  return best.length > 1 ? best : names.filter((name) => name === only || !beats(only, name))
}

function byUse<From, To>(values: ByUse<From>, change: (value: From) => To): ByUse<To> {
  const { lowLatency, throughput, reliability, streaming, rpc } = values
  return {
    lowLatency: change(lowLatency),
    throughput: change(throughput),
    reliability: change(reliability),
    streaming: change(streaming),
    rpc: change(rpc),
  }
}

function reason(each: MeasuredProtocol, all: readonly MeasuredProtocol[], beats: Beats, byRate: Beats): string {
  const own = each.protocol
  const others = all.flatMap(({ protocol }) => (protocol === own ? [] : [protocol]))
  const worse = others.filter((other) => beats(own, other))
  const better = others.filter((other) => beats(other, own))
  const equal = others.filter((other) => !beats(own, other) && !beats(other, own))
  const parts = [held(each)]
  if (worse.length > 0) parts.push(`ahead of ${compared(worse, (other) => byRate(own, other))}`)
  if (better.length > 0) parts.push(`behind ${compared(better, (other) => byRate(other, own))}`)
  if (equal.length > 0) parts.push(`no difference shown to ${formatList(equal)}`)
  if (each.cpuUsPerRequest !== null)
    parts.push(`${formatCount(each.cpuUsPerRequest)} µs of the target's CPU per request`)
  if (each.lost > 0) parts.push(`${formatPlural(each.lost, 'request')} lost when connections were closed`)
  return parts.join('; ')
}

/** Example: "tcp by rate and http by response time". */
function compared(names: readonly string[], isByRate: (name: string) => boolean): string {
  const [rate, latency] = [names.filter(isByRate), names.filter((name) => !isByRate(name))]
  return formatList([
    ...(rate.length === 0 ? [] : [`${formatList(rate)} by rate`]),
    ...(latency.length === 0 ? [] : [`${formatList(latency)} by response time`]),
  ])
}

function held({ maxRps, maxIsBound, clients }: MeasuredProtocol): string {
  if (maxRps === null) return 'no tested rate was shown to meet the service level'
  const rate = `held ${formatRate(maxRps)} over ${formatPlural(clients, 'connection')}`
  return maxIsBound ? `${rate}, possibly more: the generator reached its limit first` : rate
}
