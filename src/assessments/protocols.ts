import type { LoadContext } from '../hosts/port.ts'
import { recordVerdict } from '../hosts/record-book.ts'
import { bestFor, type MeasuredProtocol, rankProtocols } from '../judge/analysis/protocol-ranking.ts'
import type { TrialOutcome } from '../judge/analysis/limit-trial.ts'
import { figuresOf } from '../judge/analysis/trial-figures.ts'
import { judgeTrial } from '../judge/analysis/trial-verdict.ts'
import type { LimitSlo } from '../model/limits-findings.ts'
import type { LoadPlan, ProtocolName } from '../model/plan.ts'
import type { ProtocolsFindings } from '../model/protocols-findings.ts'
import type { LoadResult } from '../model/result.ts'
import type { Leaning } from '../model/verdict.ts'
import type { Ms, Rps } from '../model/units.ts'
import { protocolLines, protocolsSentence } from '../report/protocols-sentences.ts'
import { type SuiteEnvironment, suiteEnvironment } from './environment.ts'
import { CUTS, hasConnection, whileCut } from './protocols/cuts.ts'
import { BUSY, CLIENTS, type Filled, fillAll } from './protocols/full-load.ts'
import { eachOf, type Subject } from './protocols/subject.ts'
import { type LowestTrial, unknownValuesOf } from './protocols/unknown-values.ts'
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
} from './suite.ts'

/** What to compare. What the environment says (`LOAD_TARGET_…`, `LOAD_P99_MS`, …) wins over this. */
export interface ProtocolsOptions extends SharedPlan {
  /** Names the test, and the entry in `protocol_comparison.json`; `protocols` when absent. */
  readonly name?: string
  /** By protocol; who is not named is left out, and the report says so. */
  readonly targets?: SuiteTargets
  /** p99 250 ms and 1% failed requests when absent. */
  readonly slo?: Partial<LimitSlo>
  /** Of the phases in which all protocols are asked for the same; 100 when absent. */
  readonly rate?: Rps
  /** Of each phase; 8 s when absent. */
  readonly phaseMs?: Ms
}

/** Declares the comparison, as one load test. */
export type ProtocolsSuite = (options?: ProtocolsOptions) => void

const PROTOCOLS = ['http', 'websocket', 'tcp', 'mcp'] as const satisfies readonly ProtocolName[]
const DEFAULT_SLO: LimitSlo = { p99Ms: 250, errorRate: 0.01 }
const DEFAULT_RATE: Rps = 100
const DEFAULT_PHASE_MS: Ms = 8_000
/**
 * Of the throughput of the closed model, from the highest that is tried on. Who never pauses sends many requests in one
 * go, which costs both sides less than requests that come one by one: half of that rate is already much.
 */
const HOLD_SHARES = [0.5, 0.25, 0.12, 0.06] as const
/** What a sustained rate takes to be seen. */
const LEAST_HOLD_MS: Ms = 3_400
/** The suite for a host: red when a protocol breaks the service level at the common rate. */
export function protocolsSuiteOn({ describeLoad, loadTest }: SuiteHost): ProtocolsSuite {
  return ({ name = 'protocols', ...options } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('every protocol holds the service level, and one is best for each use', (context) =>
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

/** Which side of the service level a trial lies on that shows neither; a p99 needs 100 requests. */
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

/** The highest share of the full throughput that holds the service level in the open model. */
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
    const { verdict, toolRanOut, reasons } = judge(result, subject, rate)
    maxIsBound ||= toolRanOut
    if (verdict === 'pass') return { maxRps: rate, maxIsBound, held: result, lowest: undefined }
    lowest = {
      rate,
      evidence: reasons[0] ?? verdict,
      ...(verdict === 'inconclusive' && { undecided: figuresOf(result, subject.slo) }),
    }
  }
  return { maxRps: null, maxIsBound, held: undefined, lowest }
}

/** As the search of `limits` judges its trials: late requests are counted as they are, for a minute holds too few clusters. */
function judge(result: LoadResult, { slo }: Subject, rate: Rps): TrialOutcome & { readonly leaning?: Leaning } {
  const trial = { purpose: 'hold', rate, arrivals: 'uniform', durationMs: result.durationMs } as const
  const outcome = judgeTrial(trial, figuresOf(result, slo), slo)
  const { verdict, reasons } = outcome
  const message = `${rate} req/s within the service level${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`
  const side = verdict === 'inconclusive' ? { leaning: leaningOf(result, slo) } : {}
  recordVerdict(result, { matcher: 'protocolsSuite', verdict, ...side, message })
  return { ...outcome, ...side }
}

/** CPU of the target for one request, in µs; the first sample covers the start of the run as well. */
function cpuUsOf({ target: { samples }, achievedRps }: LoadResult): number | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap(({ cpuPercent }) => cpuPercent ?? [])
  if (used.length === 0 || achievedRps <= 0) return null
  return (1e4 * used.reduce((sum, percent) => sum + percent, 0)) / used.length / achievedRps
}
