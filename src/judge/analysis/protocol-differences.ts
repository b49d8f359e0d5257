import type { ProtocolDifference } from '../../model/protocols-findings.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import { median } from '../verdict/statistics/median.ts'
import { signedRankTail } from '../verdict/statistics/signed-rank.ts'

/** Percentiles of the response times of one kind of work, by block of time. Infinite if a block has failures there. */
export interface LatencySeries {
  readonly work: string
  readonly p50Ms: readonly (Ms | null)[]
  readonly p95Ms: readonly (Ms | null)[]
  readonly p99Ms: readonly (Ms | null)[]
}

/**
 * What was measured over one protocol while all protocols took turns. Values with the same index are from the same
 * round, so that a disturbance of the machine affects all protocols alike.
 */
export interface ProtocolSeries {
  readonly protocol: string
  /** Throughput with all clients busy, by round. */
  readonly throughputRps: readonly Rps[]
  /** Share of the throughput that was shown to hold the service level, and the highest one not shown to break it. */
  readonly heldShare: readonly [Ratio, Ratio]
  /** All work together. */
  readonly latency: LatencySeries
  /** Each kind of work. */
  readonly works: readonly LatencySeries[]
  /** Requests lost at each cut of the connections. */
  readonly lost: readonly number[]
  /** Time until the target responded again after each cut; infinite if it did not in time. */
  readonly reconnectMs: readonly Ms[]
}

/**
 * Chance that any difference is claimed between protocols that are equal, by kind of claim. The sum is 5%; Bonferroni's
 * correction divides each among its comparisons.
 */
const DOUBT = { rate: 0.015, latency: 0.012, work: 0.007, lost: 0.008, reconnect: 0.008 } as const
/**
 * Ratio that a difference must exceed: what separates two runs of the same target on one machine (order of its
 * processes in memory, state of its compiler) lasts for a whole run, so rounds do not show it.
 */
const FACTOR = { rate: 1.1, latency: 1.2, reconnect: 1.5 } as const

type Kind = keyof typeof DOUBT

interface Measure {
  readonly kind: Kind
  readonly by: ProtocolDifference['by']
  readonly work?: string
  /**
   * By how much the second protocol is worse in each round, beyond the required factor; positive where it is. Undefined
   * for rounds without a value of both.
   */
  excess(better: ProtocolSeries, worse: ProtocolSeries): readonly number[]
  value(series: ProtocolSeries): number
}

/**
 * Returns every difference that the rounds prove: Wilcoxon's signed-rank test on the pairs of each round. It needs no
 * distribution, and correlation within a round does not matter, because each round counts as one observation.
 */
export function protocolDifferences(all: readonly ProtocolSeries[]): readonly ProtocolDifference[] {
  const measures = measuresOf(all)
  const pairs = all.length * (all.length - 1)
  return measures.flatMap((measure) => {
    const { kind, by, work, excess, value } = measure
    const tests = pairs * measures.filter((other) => other.kind === kind).length
    return all.flatMap((better) =>
      all.flatMap((worse): ProtocolDifference[] => {
        if (worse === better) return []
        const doubt = signedRankTail(excess(better, worse))
        if (doubt > DOUBT[kind] / tests) return []
        const values = [finite(value(better)), finite(value(worse))] as const
        return [{ better: better.protocol, worse: worse.protocol, by, ...(work !== undefined && { work }), values }]
      }),
    )
  })
}

function measuresOf(all: readonly ProtocolSeries[]): readonly Measure[] {
  const works = [...new Set(all.flatMap((series) => series.works.map(({ work }) => work)))]
  return [
    RATE,
    ...PERCENTILES.map((by) => latencyMeasure('latency', by, ({ latency }) => latency)),
    ...works.flatMap((work) =>
      WORK_PERCENTILES.map((by) =>
        latencyMeasure('work', by, (series) => series.works.find((each) => each.work === work), work),
      ),
    ),
    LOST,
    RECONNECT,
  ]
}

const RATE: Measure = {
  kind: 'rate',
  by: 'rate',
  excess: (better, worse) =>
    better.throughputRps.map((rps, i) => {
      const low = rps * better.heldShare[0]
      const high = (worse.throughputRps[i] ?? Number.POSITIVE_INFINITY) * worse.heldShare[1]
      return excessOf(high, low, FACTOR.rate)
    }),
  // A protocol that held no rate has none.
  value: ({ throughputRps, heldShare: [share] }) => (share === 0 ? Number.NaN : median(throughputRps) * share),
}

const PERCENTILES = ['p50', 'p95', 'p99'] as const
/** A block has too few requests of one kind for a p99. */
const WORK_PERCENTILES = ['p50', 'p95'] as const

function latencyMeasure(
  kind: Kind,
  by: (typeof PERCENTILES)[number],
  of: (series: ProtocolSeries) => LatencySeries | undefined,
  work?: string,
): Measure {
  const valuesOf = (series: ProtocolSeries): readonly (Ms | null)[] => of(series)?.[`${by}Ms`] ?? []
  return {
    kind,
    by,
    ...(work !== undefined && { work }),
    excess: (better, worse) =>
      valuesOf(better).flatMap((ms, i) => {
        const other = valuesOf(worse)[i] ?? null
        return ms === null || other === null ? [] : [excessOf(ms, other, FACTOR.latency)]
      }),
    value: (series) => median(valuesOf(series).flatMap((ms) => ms ?? [])),
  }
}

const LOST: Measure = {
  kind: 'lost',
  by: 'lost',
  excess: (better, worse) => better.lost.map((lost, i) => (worse.lost[i] ?? lost) - lost),
  value: ({ lost }) => lost.reduce((total, each) => total + each, 0),
}

const RECONNECT: Measure = {
  kind: 'reconnect',
  by: 'reconnect',
  excess: (better, worse) =>
    better.reconnectMs.map((ms, i) => excessOf(ms, worse.reconnectMs[i] ?? ms, FACTOR.reconnect)),
  value: ({ reconnectMs }) => median(reconnectMs),
}

/** ln(large / (small · factor)); −∞ if there is nothing to compare. */
function excessOf(small: number, large: number, factor: number): number {
  const excess = Math.log(large) - Math.log(small * factor)
  return Number.isNaN(excess) ? Number.NEGATIVE_INFINITY : excess
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
