import { cpuMsPerRequest } from '../../judge/analysis/cpu-per-request.ts'
import { bestFor, type MeasuredProtocol, rankProtocols } from '../../judge/analysis/protocol-ranking.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { ProtocolsFindings } from '../../model/protocols-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { protocolLines, protocolsSentence } from '../../report/protocols-sentences.ts'
import { type Conclusion, worstOf } from '../suite.ts'
import { type CutFigures, CUTS, hasConnection } from './cuts.ts'
import { CLIENTS, type CommonRun, type Filled } from './full-load.ts'
import type { HighestRate } from './highest-rate.ts'
import { judgeRate } from './rate-verdict.ts'
import { unknownValuesOf } from './unknown-values.ts'

/** All runs over one protocol. */
export interface ProtocolRuns extends CommonRun {
  readonly filled: Filled
  readonly highest: HighestRate
  readonly cut: CutFigures
}

/** Returns the figures of one protocol, and why some are unknown. */
export function measuredProtocol({ subject, common, filled, highest, cut }: ProtocolRuns): MeasuredProtocol {
  const { full, clients, unslowed } = filled
  const { verdict, leaning, reasons } = judgeRate(common, subject.rate, subject.slo)
  const { responseTime } = common
  const loaded = highest.held ?? full
  const cpuMs = cpuMsPerRequest(loaded)
  const figures = {
    protocol: subject.protocol,
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(reasons.length > 0 && { reasons }),
    throughputRps: full.throughputRps,
    clients,
    maxRps: highest.maxRps,
    maxIsBound: highest.maxIsBound || unslowed,
    p50Ms: responseTime.p50Ms ?? null,
    p95Ms: responseTime.p95Ms ?? null,
    p99Ms: responseTime.p99Ms ?? null,
    ...cut,
    cpuUsPerRequest: cpuMs === null ? null : 1_000 * cpuMs,
  }
  const unknown = unknownValuesOf(figures, {
    lowest: highest.lowest,
    loaded,
    phaseMs: subject.duration,
    cutSteps: hasConnection(subject) ? CUTS + 1 : undefined,
  })
  return { ...figures, unknown }
}

/** The common settings of all protocols, and those without a target. */
export interface ProtocolsSettings extends Pick<ProtocolsFindings, 'skipped'> {
  readonly slo: LimitSlo
  readonly rate: Rps
  readonly phaseMs: Ms
}

/** Returns what the protocols measured so far show. */
export function protocolsFindings(
  { slo, rate, skipped }: ProtocolsSettings,
  measured: readonly MeasuredProtocol[],
): ProtocolsFindings {
  const ranking = rankProtocols(measured)
  return { slo, rate, clients: CLIENTS, ranking, bestFor: bestFor(ranking), skipped }
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
