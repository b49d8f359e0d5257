import { worstOf } from '../../model/verdict.ts'
import { cpuPerRequest } from '../../judge/analysis/cpu-per-request.ts'
import type { ProtocolLatency } from '../../judge/analysis/latency-blocks.ts'
import { protocolDifferences, type ProtocolSeries } from '../../judge/analysis/protocol-differences.ts'
import { lostBounds, medianBounds, percentileBounds } from '../../judge/analysis/protocol-intervals.ts'
import { type MeasuredProtocol, rankProtocols, recommend } from '../../judge/analysis/protocol-ranking.ts'
import { median } from '../../judge/verdict/statistics/median.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Bounds, ProtocolsFindings } from '../../model/protocols-findings.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import { sum } from '../../model/sum.ts'
import type { Count, Ms, Ratio, Rps } from '../../model/units.ts'
import { protocolLines, protocolsSentence } from '../../report/protocols-sentences.ts'
import type { Conclusion } from '../suite.ts'
import { cutRunMs, type CutRun, CUTS, hasConnection } from './cuts.ts'
import { CLIENTS, type Filled } from './full-load.ts'
import type { HighestRate } from './highest-rate.ts'
import { judgeRate } from './rate-verdict.ts'
import { MIN_PROOF_PHASE_MS, PROOF_ROUNDS, roundsOf } from './rounds.ts'
import type { CommonRun } from './subject.ts'
import { unknownValuesOf } from './unknown-values.ts'

/** All runs over one protocol. */
export interface ProtocolRuns extends CommonRun {
  readonly filled: Filled
  readonly highest: HighestRate
  readonly cuts: readonly CutRun[]
  /** Absent for a single protocol, which is compared with no other. */
  readonly compared?: ProtocolLatency | undefined
}

/** Returns the figures of one protocol, and why some are unknown. */
export function measuredProtocol({ subject, common, filled, highest, cuts }: ProtocolRuns): MeasuredProtocol {
  const { full, clients, unslowed, throughputRps } = filled
  const { verdict, leaning, reasons } = judgeRate(common, subject.rate, subject.slo)
  const { responseTime } = common
  const loaded = highest.held ?? full
  const cpu = cpuPerRequest(loaded)
  const cutFigures = cuts.flatMap(({ figures }) => figures)
  const lost = sum(cutFigures.map(({ errors, dropped }) => errors + dropped))
  const reconnectMs = cuts.flatMap((run) => run.reconnectMs)
  const returnedMs = reconnectMs.filter(Number.isFinite)
  const throughput = medianBounds(throughputRps)
  const figures = {
    protocol: subject.protocol,
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(reasons.length > 0 && { reasons }),
    throughputRps: median(throughputRps),
    clients,
    maxRps: highest.maxRps,
    maxIsBound: highest.maxIsBound || unslowed,
    p50Ms: responseTime.p50Ms ?? null,
    p95Ms: responseTime.p95Ms ?? null,
    p99Ms: responseTime.p99Ms ?? null,
    successRate: 1 - lost / Math.max(1, requestsOf(cutFigures)),
    reconnectMs: returnedMs.length === 0 ? null : Math.max(...returnedMs),
    lost,
    cpuUsPerRequest: cpu === null || cpu.isBound ? null : 1_000 * cpu.ms,
    intervals: {
      throughputRps: throughput,
      maxRps: highest.maxRps === null ? null : scaled(throughput, highest.heldShare),
      p50Ms: percentileBounds(common, 50),
      p95Ms: percentileBounds(common, 95),
      p99Ms: percentileBounds(common, 99),
      lostShare: lostBounds(cutFigures),
      reconnectMs: medianBounds(reconnectMs),
    },
  }
  const unknown = unknownValuesOf(figures, {
    lowest: highest.lowest,
    loaded,
    phaseMs: subject.duration,
    cutSteps: hasConnection(subject) ? (subject.duration * (CUTS + 1)) / cutRunMs(subject.duration) : undefined,
  })
  return { ...figures, unknown }
}

function scaled(bounds: Bounds | null, [low, high]: readonly [Ratio, Ratio]): Bounds | null {
  if (bounds === null) return null
  const [from, to] = bounds
  return [from === null ? null : low * from, to === null ? null : high * to]
}

function requestsOf(figures: readonly JudgedFigures[]): Count {
  return sum(figures.map(({ requestsScheduled }) => requestsScheduled))
}

function seriesOf({ subject: { protocol }, filled, highest, cuts, compared }: ProtocolRuns): ProtocolSeries {
  return {
    protocol,
    throughputRps: filled.throughputRps,
    heldShare: highest.heldShare,
    latency: compared?.latency ?? NOT_COMPARED,
    works: compared?.works ?? [],
    lost: cuts.flatMap(({ lost }) => lost),
    reconnectMs: cuts.flatMap(({ reconnectMs }) => reconnectMs),
  }
}

const NOT_COMPARED: ProtocolSeries['latency'] = { work: 'all', p50Ms: [], p95Ms: [], p99Ms: [] }

/** The common settings of all protocols, and those without a target. */
export interface ProtocolsSettings extends Pick<ProtocolsFindings, 'skipped'> {
  readonly slo: LimitSlo
  readonly rate: Rps
  readonly phaseMs: Ms
}

/** Returns what the protocols measured so far show. */
export function protocolsFindings(
  { slo, rate, phaseMs, skipped }: ProtocolsSettings,
  runs: readonly ProtocolRuns[],
): ProtocolsFindings {
  const rounds = roundsOf(phaseMs)
  const differences = protocolDifferences(runs.map(seriesOf))
  const ranking = rankProtocols(runs.map(measuredProtocol), differences)
  return {
    slo,
    rate,
    clients: CLIENTS,
    ranking,
    ...recommend(ranking, differences),
    differences,
    rounds,
    ...(rounds < PROOF_ROUNDS && { tooShort: { requiredRounds: PROOF_ROUNDS, requiredMs: MIN_PROOF_PHASE_MS } }),
    works: runs.flatMap(({ subject: { protocol }, compared }) =>
      (compared?.figures ?? []).map((figures) => Object.assign({ protocol }, figures)),
    ),
    skipped,
  }
}

/** The verdict refers to the common rate: the worst of all protocols, and the run of the first protocol that has it. */
export function protocolsConclusion(findings: ProtocolsFindings, runs: readonly ProtocolRuns[]): Conclusion {
  const { ranking } = findings
  const { verdict, leaning } = ranking.length === 0 ? { verdict: 'invalid' as const } : worstOf(ranking)
  const deciding = ranking.find((each) => each.verdict === verdict && each.leaning === leaning)
  return {
    verdict,
    leaning,
    message: protocolsSentence(findings),
    lines: protocolLines(findings),
    result: runs.find(({ subject }) => subject.protocol === deciding?.protocol)?.common,
  }
}
