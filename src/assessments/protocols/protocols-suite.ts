import type { LoadContext } from '../../hosts/port.ts'
import { recordVerdict } from '../../hosts/record-book.ts'
import { bestFor, type MeasuredProtocol, rankProtocols } from '../../judge/analysis/protocol-ranking.ts'
import type { TrialOutcome } from '../../judge/analysis/limit-trial.ts'
import { figuresOf } from '../../judge/analysis/trial-figures.ts'
import { judgeTrial } from '../../judge/analysis/trial-verdict.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { ProtocolName } from '../../model/plan.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { ProtocolsFindings } from '../../model/protocols-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Leaning } from '../../model/verdict.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { protocolLines, protocolsSentence } from '../../report/protocols-sentences.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import { CUTS, hasConnection, whileCut } from './cuts.ts'
import { BUSY, CLIENTS, type Filled, fillAll } from './full-load.ts'
import { eachOf, type Subject } from './subject.ts'
import { type LowestTrial, unknownValuesOf } from './unknown-values.ts'
import {
  missingTarget,
  settleSuite,
  type SharedPlan,
  sharedPlan,
  type SuiteHost,
  type SuiteTargets,
  targetsOf,
  leaningOfOpen,
  worstOf,
} from '../suite.ts'

/** Options of `protocolsSuite`. The environment (`LOAD_TARGET_…`, `LOAD_P99_MS`, …) takes precedence. */
export interface ProtocolsOptions extends SharedPlan {
  /** Name of the test, and of the entry in `protocol_comparison.json`; default `protocols`. */
  readonly name?: string
  /** Targets by protocol; protocols without one are skipped, and the report says so. */
  readonly targets?: SuiteTargets
  /** Default p99 250 ms and 1% failed requests. */
  readonly slo?: Partial<LimitSlo>
  /** Common rate of all protocols; default 100. */
  readonly rate?: Rps
  /** Length of each phase; default 8 s. */
  readonly phaseMs?: Ms
}

/** Declares the comparison, as one load test. */
export type ProtocolsSuite = (options?: ProtocolsOptions) => void

const PROTOCOLS = ['http', 'websocket', 'tcp', 'mcp'] as const satisfies readonly ProtocolName[]
const DEFAULT_SLO: LimitSlo = { p99Ms: 250, errorRate: 0.01 }
const DEFAULT_RATE: Rps = 100
const DEFAULT_PHASE_MS: Ms = 8_000
/**
 * Rates to try, as shares of the closed-model throughput, highest first. Clients that never pause send many requests in
 * one batch, which costs both sides less than single requests, so half of that rate is already high.
 */
const HOLD_SHARES = [0.5, 0.25, 0.12, 0.06] as const
/** Minimum duration that shows a sustained rate. */
const LEAST_HOLD_MS: Ms = 3_400
/** Adapts the suite to a host. The test fails when a protocol breaks the service level at the common rate. */
export function protocolsSuiteOn({ describeLoad, loadTest }: SuiteHost): ProtocolsSuite {
  return ({ name = 'protocols', ...options } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('holds the service level over every protocol', (context) =>
        compare(context, name, options, suiteEnvironment(process.env)),
      )
    })
  }
}

async function compare(
  context: LoadContext,
  name: string,
  { targets: given, slo: wanted, rate: askedRate, phaseMs, ...shared }: ProtocolsOptions,
  asked: SuiteEnvironment,
): Promise<void> {
  const targets = targetsOf(given, asked)
  const slo: LimitSlo = {
    p99Ms: asked.p99Ms ?? wanted?.p99Ms ?? DEFAULT_SLO.p99Ms,
    errorRate: asked.errorRate ?? wanted?.errorRate ?? DEFAULT_SLO.errorRate,
  }
  const rate = asked.rate ?? askedRate ?? DEFAULT_RATE
  const duration = asked.durationMs ?? phaseMs ?? DEFAULT_PHASE_MS
  const measured: MeasuredProtocol[] = []
  const skipped: { protocol: ProtocolName; why: string }[] = []
  const conclude = (): ProtocolsFindings => {
    const ranking = rankProtocols(measured)
    const findings = { slo, rate, clients: CLIENTS, ranking, bestFor: bestFor(ranking), skipped: [...skipped] }
    context.conclude('protocols', findings, name)
    return findings
  }
  const subjects: Subject[] = []
  for (const protocol of PROTOCOLS) {
    const target = targets[protocol]
    const why = missingTarget(targets, [protocol])
    if (target === undefined || why !== undefined) skipped.push({ protocol, why: why ?? 'no target' })
    else {
      const plan: LoadPlan = { maxConnections: CLIENTS, ...sharedPlan(shared, asked), protocol, target }
      subjects.push({ protocol, target, plan, slo, rate, duration })
    }
  }
  const calm = await eachOf(subjects, (subject) =>
    context.load({ ...subject.plan, rate, arrivals: 'uniform', duration, warmUp: duration / 8 }),
  )
  const filled = await fillAll(context, subjects, calm)
  let deciding: LoadResult | undefined
  for (const [i, subject] of subjects.entries()) {
    const [common, full] = [calm[i], filled[i]]
    if (common === undefined || full === undefined) continue
    const figures = await measure(context, subject, common, full)
    measured.push(figures)
    if (deciding === undefined || figures.verdict !== 'pass') deciding = common
    conclude()
  }
  const findings = conclude()
  settleSuite({
    matcher: 'protocolsSuite',
    verdict: measured.length === 0 ? 'invalid' : worstOf(measured.map(({ verdict }) => verdict)),
    leaning: leaningOfOpen(measured),
    message: protocolsSentence(findings),
    lines: protocolLines(findings),
    result: deciding,
    code: 'ERR_LOAD_PROTOCOLS',
  })
}

/** Returns which side of the service level an undecided trial leans to; a p99 needs 100 requests. */
function leaningOf(result: LoadResult, slo: LimitSlo): Leaning {
  const { timed, late, scheduled, failed } = figuresOf(result, slo)
  if (late > 0.01 * timed || failed > slo.errorRate * scheduled) return 'fail'
  return timed < 100 ? 'none' : 'pass'
}

async function measure(
  context: LoadContext,
  subject: Subject,
  common: LoadResult,
  filled: Filled,
): Promise<MeasuredProtocol> {
  const { full, clients, unslowed } = filled
  const { verdict, leaning, reasons } = judge(common, subject, subject.rate)
  const most = await highest(context, subject, filled)
  const cut = await whileCut(context, subject, common)
  const { responseTime: times } = common
  const figures = {
    protocol: subject.protocol,
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(reasons.length > 0 && { reasons }),
    throughputRps: full.throughputRps,
    clients,
    maxRps: most.maxRps,
    maxIsBound: most.maxIsBound || unslowed,
    p50Ms: 'p50Ms' in times ? times.p50Ms : null,
    p95Ms: 'p95Ms' in times ? times.p95Ms : null,
    p99Ms: 'p99Ms' in times ? times.p99Ms : null,
    ...cut,
    cpuUsPerRequest: cpuUsOf(most.held ?? full),
  }
  const unknown = unknownValuesOf(figures, {
    lowest: most.lowest,
    loaded: most.held ?? full,
    phaseMs: subject.duration,
    cutSteps: hasConnection(subject) ? CUTS + 1 : undefined,
  })
  return { ...figures, unknown }
}

type Highest = Pick<MeasuredProtocol, 'maxRps' | 'maxIsBound'> & {
  readonly held: LoadResult | undefined
  readonly lowest: LowestTrial | undefined
}

/** Returns the highest tried share of the full throughput that holds the service level in the open model. */
async function highest(
  context: LoadContext,
  subject: Subject,
  { full, clients: maxConnections }: Filled,
): Promise<Highest> {
  let lowest: LowestTrial | undefined
  let maxIsBound = full.generator.eventLoopUtilization > BUSY
  for (const share of HOLD_SHARES) {
    const rate = Math.max(1, Math.floor(share * full.throughputRps))
    const result = await context.load({
      ...subject.plan,
      maxConnections,
      rate,
      arrivals: 'uniform',
      duration: Math.max(LEAST_HOLD_MS, subject.duration / 2),
      warmUp: subject.duration / 8,
    })
    const { verdict, isToolLimited, reasons } = judge(result, subject, rate)
    maxIsBound ||= isToolLimited
    if (verdict === 'pass') return { maxRps: rate, maxIsBound, held: result, lowest: undefined }
    lowest = {
      rate,
      evidence: reasons[0] ?? verdict,
      ...(verdict === 'inconclusive' && { undecided: figuresOf(result, subject.slo) }),
    }
  }
  return { maxRps: null, maxIsBound, held: undefined, lowest }
}

/**
 * Judges a trial like the search of `limits`: counts late requests directly, because a minute contains too few clusters
 * of them.
 */
function judge(result: LoadResult, { slo }: Subject, rate: Rps): TrialOutcome & { readonly leaning?: Leaning } {
  const trial = { purpose: 'hold', rate, arrivals: 'uniform', durationMs: result.durationMs } as const
  const outcome = judgeTrial(trial, figuresOf(result, slo), slo)
  const { verdict, reasons } = outcome
  const message = `${rate} req/s within the service level${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`
  const side = verdict === 'inconclusive' ? { leaning: leaningOf(result, slo) } : {}
  recordVerdict(result, { matcher: 'protocolsSuite', verdict, ...side, message })
  return { ...outcome, ...side }
}

/**
 * Returns the CPU time of the target per request, in µs. Excludes the first sample, which covers the start of the run
 * as well.
 */
function cpuUsOf({ target: { samples }, achievedRps }: LoadResult): number | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap(({ cpuPercent }) => cpuPercent ?? [])
  if (used.length === 0 || achievedRps <= 0) return null
  return (1e4 * used.reduce((sum, percent) => sum + percent, 0)) / used.length / achievedRps
}
